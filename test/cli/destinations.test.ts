import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { runCommand } from '../helpers/run-command.js';
import { scene } from './destination-scene.js';

test('goes into a folder behind a link, which stays the link it is', async () => {
  const place = makeTree(scene);
  await runCommand(['photos', 'to-standing'], { cwd: place });
  expect(readlinkSync(join(place, 'to-standing'))).toBe('standing');
});

test('merges into a destination that stands: what only that has stays, the rest is as in the source', async () => {
  const place = makeTree(scene);
  makeTree(
    [
      { kind: 'file', path: '2024/a.jpg', content: 'an older one', mode: '600' },
      { kind: 'file', path: '2024/only-here.jpg', content: 'c' },
    ],
    join(place, 'copy'),
  );
  for (const _ of ['once', 'and again']) {
    expect(await runCommand(['photos', 'copy'], { cwd: place })).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(join(place, 'photos'), join(place, 'copy'), { times: 'us' })).toEqual([
      'extra: "2024/only-here.jpg" (file)',
    ]);
  }
});

test('copies an empty folder, and a folder of empty folders', async () => {
  const place = makeTree([{ kind: 'folder', path: 'nothing', mode: '700' }]);
  mkdirSync(join(place, 'nothings/a/b'), { recursive: true });
  for (const source of ['nothing', 'nothings']) {
    expect(await runCommand([source, 'to'], { cwd: place })).toMatchObject({ status: 0, stderr: '' });
  }
  expect(existsSync(join(place, 'to/a/b'))).toBe(true);
});

test('the folder above a link is that of what the link points to, as for cp', async () => {
  const place = makeTree([
    { kind: 'file', path: 'deep/photos/which', content: 'this one' },
    { kind: 'folder', path: 'deep/inner' },
    { kind: 'file', path: 'photos/which', content: 'another' },
    { kind: 'link', path: 'link', target: 'deep/inner' },
    { kind: 'link', path: 'nowhere', target: 'missing' },
  ]);
  const args = ['link/../photos', 'link/../copy', '--log', 'link/../log'];
  expect(await runCommand(args, { cwd: place })).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(join(place, 'deep/copy/which'), 'utf8')).toBe('this one');
  expect(readdirSync(place).toSorted()).toEqual(['deep', 'link', 'nowhere', 'photos']);
  const inSource = await runCommand(['deep/photos', 'copy', '--log', 'link/../photos/log'], { cwd: place });
  expect(inSource).toMatchObject({ status: 2, stderr: expect.stringContaining('lies in the source') });
  const dangling = await runCommand(['nowhere/../photos', 'copy'], { cwd: place });
  expect(dangling).toMatchObject({ status: 2, stderr: expect.stringMatching(/^[^\n]*nowhere: .*\n$/) });
});
