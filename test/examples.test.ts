import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { follow, scene } from './example-scene.js';
import { compareTrees } from './helpers/compare-trees.js';
import { examples } from './helpers/documents.js';
import { makeTree } from './helpers/make-tree.js';

test('the lines of the README run, and make what they say', async () => {
  const here = scene();
  const { root } = here;
  writeFileSync(join(root, 'mnt/backup/other'), '');
  await follow('README.md', here);
  for (const copy of ['photos[副本]', 'mnt/backup/photos'])
    expect(compareTrees(join(root, 'photos'), join(root, copy))).toEqual([]);
  expect(existsSync(join(root, 'mnt/backup/other'))).toBe(true);
});

const programs: [page: string, prints: RegExp][] = [
  ['README.md', /^streamed a\.txt$.*^6 files, 5106 bytes$/ms],
  ['src/manual/library.md', /^streamed a\.txt$.*^6 files, 3 folders in .*\/backup\/photos$/ms],
];

test.each(programs)('the program of %s copies a folder and names each entry', async (page, prints) => {
  const { root, run } = scene();
  const [program = ''] = examples(page, 'js');
  writeFileSync(join(root, 'program.js'), program);
  expect(await run(process.execPath, 'program.js')).toMatch(prints);
  expect(compareTrees(join(root, 'photos'), join(root, 'backup/photos'))).toEqual([]);
});

test('the second program of the library page names the differences', async () => {
  const { root, run } = scene();
  writeFileSync(join(root, 'program.js'), examples('src/manual/library.md', 'js')[1] ?? '');
  await run('sh', '-euc', 'folder-copy -q photos backup/photos && touch backup/photos/new');
  expect(await run(process.execPath, 'program.js')).toMatch(/^extra new$[^:]* differences$/m);
});

test('the program of the library page names what failed', async () => {
  const { root, run } = scene();
  writeFileSync(join(root, 'program.js'), examples('src/manual/library.md', 'js')[0] ?? '');
  makeTree([{ kind: 'file', path: 'a.txt/in the way', content: '' }], join(root, 'backup/photos'));
  expect(await run(process.execPath, 'program.js')).toMatch(/^a\.txt: .* \(\w+\)$/m);
});

test('the programs of the multiprocessing page print what their comments say', async () => {
  const { root, run } = scene();
  const [program = '', tasks = ''] = examples('src/manual/multiprocessing.md', 'js');
  writeFileSync(join(root, 'program.js'), program);
  writeFileSync(join(root, 'tasks.js'), tasks);
  expect(await run(process.execPath, 'program.js')).toBe('42\n[ 2, 4, 6 ]\none\ntwo\n');
});
