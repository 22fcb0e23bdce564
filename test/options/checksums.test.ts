import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { commandCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { startCommand } from '../helpers/run-command.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const tree: TreeEntry[] = [
  { path: 'plain', kind: 'file', content: 'content' },
  { path: 'empty', kind: 'file', content: '' },
  { path: 'a new\nline', kind: 'file', content: '1' },
  { path: 'back\\slash', kind: 'file', content: '2' },
  { path: 'return\r', kind: 'file', content: '3' },
  { path: '-dash and  blanks ', kind: 'file', content: '4' },
  { path: { latin1: 'caf\xe9' }, kind: 'file', content: '5' },
  { path: 'deep/er/[副本]', kind: 'file', size: 200_000 },
  { path: 'sparse', kind: 'file', size: 3_000_000, data: [[1_000_000, 10]] },
  { path: 'deep/second', kind: 'hardlink', to: 'plain' },
  { path: 'a link', kind: 'link', target: 'plain' },
];
const files = 10;

/** How many files sha256sum found as the manifest has them; it throws where one is not. */
function checked(copy: string, manifest: string): number {
  const output = shell(copy, `sha256sum --strict -c ${JSON.stringify(manifest)}`);
  return output.split('\n').filter(line => line.endsWith(': OK')).length;
}

for (const reflink of ['auto', 'never']) {
  test(`sha256sum accepts the manifest in the copy, names of any bytes and hard links included, --reflink ${reflink}`, async () => {
    const source = makeTree(tree);
    const manifest = join(dirname(source), 'sums');
    const { copy, status, stderr } = await commandCopy(source, [
      '--checksums',
      manifest,
      '--reflink',
      reflink,
    ]);
    expect([status, stderr]).toEqual([0, '']);
    expect(checked(copy, manifest)).toBe(files);
    writeFileSync(join(copy, 'plain'), 'CONTENT');
    expect(() => checked(copy, manifest)).toThrow();
  });
}

test('the manifest of a run that goes on has what the run before it finished, too', async () => {
  const many: TreeEntry[] = Array.from({ length: 60 }, (_, n) => ({
    path: `${n}`,
    kind: 'file',
    size: 100_000 + n,
  }));
  const source = makeTree([...tree, ...many]);
  const [copy, manifest] = [join(dirname(source), 'copy'), join(dirname(source), 'sums')];
  const first = startCommand(['-v', '--workers', '1', '--bwlimit', '200k', source, copy]);
  await first.sees(/streamed .*\/\d+\n/);
  first.child.kill('SIGINT');
  expect(await first.finished).toMatchObject({ signal: 'SIGINT' });
  const second = await commandCopy(source, ['-v', '--checksums', manifest]);
  expect(second).toMatchObject({ status: 0 });
  expect(second.stderr).toMatch(/^skipped /m);
  expect(checked(copy, manifest)).toBe(files + many.length);
});

for (const option of ['--verify', '--checksums']) {
  test(`${option} compares what --if-exists update would believe by its time`, async () => {
    const mtime = '1234567890123456789';
    const source = makeTree([
      { path: 'same', kind: 'file', content: 'same', mtime },
      { path: 'damaged', kind: 'file', content: 'whole', mtime },
    ]);
    const scratch = dirname(source);
    const old: TreeEntry[] = [
      { path: 'same', kind: 'file', content: 'same', mtime },
      { path: 'damaged', kind: 'file', content: 'WHOLE', mtime },
    ];
    const copy = makeTree(old, join(scratch, 'copy'));
    const manifest = join(scratch, 'sums');
    const args = option === '--verify' ? [option] : [option, manifest];
    const { stderr, status } = await commandCopy(source, ['-v', '--if-exists', 'update', ...args]);
    expect(status).toBe(0);
    expect(stderr.split('\n').sort()).toEqual(['', `skipped ${source}/same`, `streamed ${source}/damaged`]);
    expect(readFileSync(join(copy, 'damaged'), 'utf8')).toBe('whole');
    if (option === '--checksums') expect(checked(copy, manifest)).toBe(2);
  });
}

test('a manifest in the destination stays, where --delete and the copy leave its name alone', async () => {
  const source = makeTree([{ path: 'x', kind: 'file', content: 'x' }]);
  const old: TreeEntry[] = ['extra', 'x'].map(path => ({ path, kind: 'file', content: '' }));
  const copy = makeTree(old, join(dirname(source), 'copy'));
  const options = ['--delete', '--exclude', '/sums', '--checksums', join(copy, 'sums')];
  await wholeCopy(source, options, { copy });
  expect(readdirSync(copy).toSorted()).toEqual(['sums', 'x']);
  expect(shell(copy, 'sha256sum -c --quiet sums')).toBe('');
});

test('a manifest that cannot be written is refused before anything is', async () => {
  const source = makeTree([{ path: 'a', kind: 'file', content: 'a' }]);
  const manifest = join(dirname(source), 'nowhere/sums');
  const { status, stderr, copy } = await commandCopy(source, ['--checksums', manifest]);
  expect(status).toBe(2);
  expect(stderr).toContain(`checksums ${manifest}: cannot be written`);
  expect(() => readFileSync(copy)).toThrow('ENOENT');
});
