import { expect, test } from 'vitest';
import { command, runShell } from '../faults/run-shell.js';
import { makeTree } from '../helpers/make-tree.js';
import { partOf } from '../helpers/part-of.js';
import { runCommand } from '../helpers/run-command.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const tree: TreeEntry[] = [
  { kind: 'file', path: 'photos/2024/a.jpg', size: 3000 },
  { kind: 'file', path: 'photos/b.jpg', content: '' },
  { kind: 'link', path: 'photos/latest', target: '2024/a.jpg' },
];

// What a name holds, and how a line may show it.
const names: [title: string, name: TreeEntry['path'], shown: string][] = [
  ['a line break', 'two\nlines', String.raw`two\nlines`],
  ['an escape sequence', '\x1b[31mred\x07', String.raw`\x1b[31mred\x07`],
  ['a carriage return', 'over\rwritten', String.raw`over\rwritten`],
  ['a control character of the second table', 'a\u009bb', String.raw`a\x9bb`],
  ['a mark that turns the line around', 'gpj.\u202eexe', String.raw`gpj.\u{202e}exe`],
  ['bytes that are no UTF-8', { latin1: 'caf\xe9\xff.txt' }, String.raw`caf\xe9\xff.txt`],
  ['letters, signs and emoji', '照片 [副本] 👩‍👩‍👧.jpg', '照片 [副本] 👩‍👩‍👧.jpg'],
  ['a leading dash and blanks', '- a  b ', '- a  b '],
];

for (const [title, path, shown] of partOf(names, 3)) {
  test(`shows a name with ${title} in one harmless line`, async () => {
    const place = makeTree([{ kind: 'file', path, content: 'x' }]);
    const { status, stderr } = await runCommand(['-v', place, `${place}-copy`]);
    expect(status).toBe(0);
    expect(stderr.replace(/^cloned/, 'streamed')).toBe(`streamed ${place}/${shown}\n`);
  });
}

const writers = ['photos', '--help', '-V', '--completion bash', '--completion zsh', '--completion fish'];

for (const words of partOf(writers, 2)) {
  test(`${words}: a reader that has gone ends it quietly, what cannot be written is one line`, async () => {
    const place = makeTree(tree);
    // The reader has gone before the command writes anything.
    const untilGone = "trap '' PIPE; while echo 2> /dev/null; do sleep 0.01; done; trap - PIPE";
    const piped = await runShell(`cd '${place}'; { ${untilGone}; ${command} ${words}; echo $? >&2; } | true`);
    expect(piped.stderr).toBe('141\n');
    const full = await runShell(`cd '${place}'; ${command} ${words} > /dev/full`);
    expect(full).toMatchObject({ status: 1, stderr: expect.stringMatching(/^folder-copy: .*ENOSPC.*\n$/) });
  });
}
