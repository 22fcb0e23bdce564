import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CopyEvent, copyFolder } from '../../../src/index.js';
import { joinBytes } from '../../helpers/bytes.js';
import { compareTrees } from '../../helpers/compare-trees.js';
import { validated } from '../../helpers/events.js';
import { makeTree } from '../../helpers/make-tree.js';
import { commandEnvironment, commandPath } from '../../helpers/run-command.js';
import type { TreeEntry } from '../../helpers/tree-description.js';

const cafe = { latin1: 'caf\xe9' };
const scene: TreeEntry[] = [
  { kind: 'file', path: { latin1: 'caf\xe9/a/menu' }, content: 'coffee' },
  { kind: 'file', path: { latin1: 'caf\xe8/other' }, content: 'tea' },
  { kind: 'file', path: 'plain/a/menu', content: 'coffee' },
  { kind: 'link', path: 'to-cafe', target: cafe },
  { kind: 'file', path: { latin1: 'list\xff' }, content: 'a/menu\0' },
];

/**
 * Runs the command by a shell, as Node hands on nothing but UTF-8. `folder-copy` stands for it; `$'\xe9'` is a word
 * with such a byte, which not every shell understands.
 */
function run(place: string, line: string) {
  const words = line
    .replaceAll('folder-copy', 'folder_copy')
    .replace(/\$'([^']*)'/g, (_, word: string) => `"$(printf '${octal(word)}')"`);
  const script = `node='${process.execPath}' command='${commandPath}'
folder_copy() { "$node" "$command" "$@"; }
${words}`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
    cwd: place,
    env: commandEnvironment(),
    encoding: 'utf8',
    timeout: 50_000, // nothing else ends a line that waits in vain
  });
  return { status, stdout, stderr };
}

/** With bytes as every `printf` knows them: `\351`. */
function octal(word: string): string {
  return word.replace(/\\x(..)/g, (_, hex: string) => `\\${Number.parseInt(hex, 16).toString(8)}`);
}

function namesIn(place: string): string[] {
  return readdirSync(place, 'latin1').toSorted();
}

const copies: [title: string, line: string, destination: string][] = [
  ['a source', String.raw`folder-copy -q $'caf\xe9' copy`, 'copy'],
  ['a destination', String.raw`folder-copy -q plain $'copy\xe9'`, 'copy\xe9'],
  [
    'both, and parents that are missing',
    String.raw`folder-copy -q $'caf\xe9' $'new\xff/copy\xe9'`,
    'new\xff/copy\xe9',
  ],
  ['both, of which Node makes the same word', String.raw`folder-copy -q $'caf\xe9' $'caf\xea'`, 'caf\xea'],
  ['a source, its destination left out', String.raw`folder-copy -q --suffix .bak $'caf\xe9'`, 'caf\xe9.bak'],
  ['a source with a slash at its end', String.raw`folder-copy -q $'./caf\xe9/' copy`, 'copy'],
  ['a link to such a source', 'folder-copy -q to-cafe copy', 'copy'],
  ['the folder it runs in', String.raw`cd $'caf\xe9' && folder-copy -q . ../copy`, 'copy'],
  [
    'the folder it runs in, and a path from there',
    String.raw`cd $'caf\xe9' && folder-copy -q ../plain "../copy"`,
    'copy',
  ],
  [
    'a destination that stands',
    String.raw`mkdir $'copy\xe9' && folder-copy -q --delete plain $'copy\xe9'`,
    'copy\xe9',
  ],
  [
    'one word among others that hold U+FFFD',
    String.raw`folder-copy -q $'caf\xe9' 'copy�'`,
    Buffer.from('copy�').toString('latin1'),
  ],
  ['a name of U+FFFD itself', `mv plain 'plain�' && folder-copy -q 'plain�' copy`, 'copy'],
  [
    'a source of several workers and sure of it',
    String.raw`folder-copy -q -w 3 --verify --fsync $'caf\xe9' copy`,
    'copy',
  ],
];

describe('bytes that are no UTF-8 in', () => {
  for (const [title, line, destination] of copies) {
    test(`${title}`, () => {
      const place = makeTree(scene);
      const before = namesIn(place);
      expect(run(place, line)).toEqual({ status: 0, stdout: '', stderr: '' });
      const copy = joinBytes(place, Buffer.from(destination, 'latin1'));
      expect(readFileSync(joinBytes(copy, Buffer.from('a/menu')), 'utf8')).toBe('coffee');
      expect(readdirSync(copy)).toEqual(['a']);
      const [made = ''] = destination.split('/');
      const renamed = line.startsWith('mv') ? ['plain', Buffer.from('plain�').toString('latin1')] : [];
      const expected = [...before.filter(name => name !== renamed[0]), made, ...renamed.slice(1)];
      expect(namesIn(place)).toEqual(expected.toSorted());
    });
  }

  test('the file of an option, in a word of its own and behind =', () => {
    const place = makeTree([...scene, { kind: 'file', path: { latin1: 'ignored\xfc' }, content: 'b' }]);
    const line = String.raw`folder-copy -q --from $'list\xff' --ignore-file $'ignored\xfc' --checksums=$'sums\xfe' --failed $'failed\xfd' $'caf\xe9' copy`;
    expect(run(place, line)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(namesIn(place)).toEqual(expect.arrayContaining(['sums\xfe', 'failed\xfd']));
    expect(run(place, String.raw`cd copy && sha256sum -c --quiet $'../sums\xfe'`).status).toBe(0);
  });

  test('both of a copy that is stopped and goes on', () => {
    const place = makeTree(scene);
    const stopped = String.raw`"$node" "$command" -q --bwlimit 1 $'caf\xe9' $'copy\xe9' &
until [ -e $'copy\xe9.partial/a' ]; do sleep 0.05; done; kill -TERM $!; wait $!`;
    expect(run(place, stopped).status).toBe(143);
    expect(namesIn(place)).toContain('copy\xe9.partial');
    const foreign = run(place, String.raw`folder-copy plain $'copy\xe9'`);
    expect(foreign.status).toBe(2);
    expect(foreign.stderr).toMatch(
      /copy\\xe9\.partial: is an unfinished copy of .*\/caf\\xe9; finish that copy, or remove it/,
    );
    const again = run(place, String.raw`folder-copy -q $'caf\xe9' $'copy\xe9'`);
    expect(again).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(namesIn(place)).toContain('copy\xe9');
    expect(namesIn(place)).not.toContain('copy\xe9.partial');
  });
});

test('messages and summary show such bytes escaped', () => {
  const place = makeTree(scene);
  const missing = run(place, String.raw`folder-copy $'no\xe9' copy`);
  expect(missing).toMatchObject({ status: 2, stdout: '' });
  expect(missing.stderr).toMatch(/^folder-copy: no\\xe9: .* \(ENOENT\)\n$/);
  const itself = run(place, String.raw`folder-copy $'caf\xe9' $'./caf\xe9'`);
  expect(itself.stderr).toBe(
    'folder-copy: ./caf\\xe9: is the source itself; name another destination (EINVAL)\n',
  );
  const unknown = run(place, String.raw`folder-copy --caf$'\xe9' plain`);
  expect(unknown.stderr).toMatch(/^folder-copy: unknown option '--caf\\xe9'/);
  const copied = run(place, String.raw`folder-copy -v $'caf\xe9' $'copy\xe9'`);
  expect(copied.stdout).toMatch(/ -> .*\/copy\\xe9\n$/);
  expect(copied.stderr).toMatch(/ caf\\xe9\/a\/menu\n/);
});

for (const option of ['--suffix <text>', '--include <glob>', '--exclude <glob>']) {
  test(`${option} takes text, and refuses what is no UTF-8`, () => {
    const [word = ''] = option.split(' ');
    const { status, stderr } = run(makeTree(scene), String.raw`folder-copy ${word} $'\xe9' plain`);
    expect(status).toBe(2);
    expect(stderr).toContain(`folder-copy: option '${option}' argument '\\xe9' is invalid. It takes text`);
  });
}

test('the library takes Buffers, and tells of them in Base64', async () => {
  const place = makeTree(scene);
  const events: CopyEvent[] = [];
  const source = joinBytes(place, Buffer.from('caf\xe9', 'latin1'));
  const destination = joinBytes(place, Buffer.from('copy\xe9', 'latin1'));
  const report = await copyFolder(source, destination, { onEvent: event => events.push(validated(event)) });
  const places = {
    destination: `${place}/copy\ufffd`,
    destinationBase64: destination.toString('base64'),
  };
  expect(report).toMatchObject({ status: 0, files: 1, folders: 1, ...places });
  expect(events[0]).toMatchObject({
    type: 'start',
    source: `${place}/caf\ufffd`,
    sourceBase64: source.toString('base64'),
    ...places,
  });
  await copyFolder(destination, join(place, 'back'));
  expect(compareTrees(join(place, 'plain/a'), join(place, 'back/a'), { times: false })).toEqual([]);
  expect(existsSync(join(place, 'back/other'))).toBe(false);
});
