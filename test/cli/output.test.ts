import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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

test('shows source and destination escaped as well', async () => {
  const place = makeTree([{ kind: 'file', path: 'a\nb/c', content: 'x' }]);
  const { stdout, stderr } = await runCommand(['-v', 'a\nb', 'to\x1b[1m'], { cwd: place });
  expect(stderr).toMatch(/^(streamed|cloned) a\\nb\/c\n$/);
  expect(stdout).toMatch(/ -> .*\/to\\x1b\[1m\n$/);
});
