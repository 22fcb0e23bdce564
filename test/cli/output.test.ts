import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command, runShell } from '../faults/run-shell.js';
import { makeTree } from '../helpers/make-tree.js';
import { fromRoot } from '../helpers/project-root.js';
import { runCommand } from '../helpers/run-command.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const tree: TreeEntry[] = [
  { kind: 'file', path: 'photos/2024/a.jpg', size: 3000 },
  { kind: 'file', path: 'photos/b.jpg', content: '' },
  { kind: 'link', path: 'photos/latest', target: '2024/a.jpg' },
];
const seconds = String.raw`\d+\.\d\d s`;
const rate = String.raw`\(\d+(\.\d)? [KMG]?i?B/s\)`;

test('says what it did in one line on standard output, and nothing else', async () => {
  const place = makeTree(tree);
  const { status, stdout, stderr } = await runCommand(['photos', 'copy'], { cwd: place });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const copied = String.raw`3 files, 1 folder, 2\.9 KiB in ${seconds} ${rate}`;
  expect(stdout).toMatch(new RegExp(`^${copied} -> ${join(place, 'copy')}\n$`));
});

test('-q says nothing at all when all is well', async () => {
  for (const flag of ['-q', '--quiet']) {
    const result = await runCommand([flag, 'photos', 'copy'], { cwd: makeTree(tree) });
    expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
  }
});

test('-v names every finished entry once on standard error, and leaves the summary alone', async () => {
  for (const flag of ['-v', '--verbose']) {
    const { status, stdout, stderr } = await runCommand([flag, 'photos/', 'copy'], { cwd: makeTree(tree) });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^3 files, 1 folder, .*\n$/);
    const lines = stderr.split('\n').toSorted();
    expect(lines.map(line => line.replace(/^cloned/, 'streamed'))).toEqual([
      '',
      'linked photos/latest',
      'made photos/2024',
      'streamed photos/2024/a.jpg',
      'streamed photos/b.jpg',
    ]);
  }
});

test('-V prints the version of the package and copies nothing', async () => {
  const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string };
  for (const args of [['-V'], ['--version'], ['-V', 'missing']]) {
    expect(await runCommand(args)).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  }
});

test('-h prints what the command takes and copies nothing', async () => {
  for (const args of [['-h'], ['--help'], ['missing', '--help']]) {
    const { status, stdout, stderr } = await runCommand(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: folder-copy \[options\] \[src\] \[dest\]\n/);
  }
});

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

for (const [title, path, shown] of names) {
  test(`shows a name with ${title} in one harmless line`, async () => {
    const place = makeTree([{ kind: 'file', path, content: 'x' }]);
    const { status, stderr } = await runCommand(['-v', place, `${place}-copy`]);
    expect(status).toBe(0);
    expect(stderr.replace(/^cloned/, 'streamed')).toBe(`streamed ${place}/${shown}\n`);
  });
}

test('shows source and destination escaped as well', async () => {
  const place = makeTree([{ kind: 'file', path: 'a\nb/c', content: 'x' }]);
  const { stdout, stderr } = await runCommand(['-v', 'a\nb', 'to\x1b[1m'], { cwd: place });
  expect(stderr).toMatch(/^(streamed|cloned) a\\nb\/c\n$/);
  expect(stdout).toMatch(/ -> .*\/to\\x1b\[1m\n$/);
});

for (const words of [
  '--help',
  '-V',
  '--completion bash',
  '--completion zsh',
  '--completion fish',
  'photos',
]) {
  test(`${words}: a reader that has gone ends it quietly, what cannot be written is one line`, async () => {
    const place = makeTree(tree);
    // The reader has gone before anything is written.
    const piped = await runShell(`cd '${place}'; { sleep 0.3; ${command} ${words}; echo $? >&2; } | true`);
    expect(piped.stderr).toBe('141\n');
    const full = await runShell(`cd '${place}'; ${command} ${words} > /dev/full`);
    expect(full).toMatchObject({ status: 1, stderr: expect.stringMatching(/^folder-copy: .*ENOSPC.*\n$/) });
  });
}
