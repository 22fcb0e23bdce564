import { lstatSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { quoted, runShell } from './faults/run-shell.js';
import { compareTrees } from './helpers/compare-trees.js';
import { toldCopy } from './helpers/copies.js';
import { makeTree } from './helpers/make-tree.js';
import { fromRoot } from './helpers/project-root.js';
import type { TreeEntry } from './helpers/tree-description.js';
import { treeSnapshot } from './helpers/tree-snapshot.js';
import { slowly, tree } from './slowly-read-tree.js';

test('a folder with thousands of files', async () => {
  const entries = Array.from({ length: 5000 }, (_, n): TreeEntry => {
    return { path: `many/${n}`, kind: 'file', content: String(n) };
  });
  const { copy, report } = await toldCopy(makeTree(entries), slowly);
  expect(report).toMatchObject({ status: 0, files: 5000, folders: 1 });
  expect(compareTrees(join(dirname(copy), 'source'), copy)).toEqual([]);
});

test('update gives a folder its times again in which nothing else has changed', async () => {
  const source = tree();
  const { copy } = await toldCopy(source, slowly);
  utimesSync(join(copy, 'a/5'), 1, 1);
  await toldCopy(source, { ...slowly, ifExists: 'update' });
  expect(compareTrees(source, copy)).toEqual([]);
});

/** What a change of an entry would change. */
function marks(root: string): string[] {
  return [...treeSnapshot(root)].map(
    ([path, { stats }]) => `${path} ${stats.ino} ${stats.mtimeNs} ${stats.ctimeNs}`,
  );
}

for (const ifExists of ['overwrite', 'update', 'newer', 'skip', 'error'] as const) {
  test(`a dry run tells what the copy then does: --if-exists ${ifExists}`, async () => {
    const source = tree();
    const { copy } = await toldCopy(source);
    writeFileSync(join(source, 'a/0/x'), 'another x');
    writeFileSync(join(copy, 'b/1/y'), 'another y');
    mkdirSync(join(source, 'new'));
    writeFileSync(join(source, 'new/file'), 'new');
    const options = { ...slowly, ifExists, delete: ifExists !== 'error' };
    const before = marks(copy);
    const dry = await toldCopy(source, { ...options, dryRun: true });
    expect(marks(copy)).toEqual(before);
    const wet = await toldCopy(source, options);
    expect(dry.how).toEqual(wet.how);
    for (const count of ['files', 'folders', 'bytes', 'skipped', 'failed', 'left', 'deleted'] as const)
      expect([count, dry.report[count]]).toEqual([count, wet.report[count]]);
  });
}

test('filters are obeyed: nothing is made for the sake of what is not copied', async () => {
  const source = tree();
  const { copy, report } = await toldCopy(source, { ...slowly, include: ['b/3/x'] });
  expect(report).toMatchObject({ status: 0, files: 1, folders: 2 });
  expect(() => lstatSync(join(copy, 'a'))).toThrow(/ENOENT/);
  const without = await toldCopy(
    source,
    { ...slowly, exclude: ['/a/', 'y'] },
    join(dirname(source), 'other'),
  );
  expect(without.report).toMatchObject({ status: 0, failed: 0 });
  expect(Object.keys(without.how).filter(path => path.startsWith('a/') || path.endsWith('/y'))).toEqual([]);
});

test('a name in the place of a folder fails by itself, and all else is copied', async () => {
  const source = tree();
  const copy = join(dirname(source), 'copy');
  mkdirSync(copy);
  writeFileSync(join(copy, 'b'), 'in the way');
  const { report, how } = await toldCopy(source, { ...slowly, ifExists: 'error' });
  expect(how.b).toBe('EEXIST');
  expect(report).toMatchObject({ status: 1, failed: 1, left: 0 });
  expect([how['c/again'], how['a/0/x']].sort()).toEqual(['linked', 'streamed']);
});

test('a filter that throws where a folder has been read ahead ends the copy, and nothing else', async () => {
  const source = tree();
  const unhandled: unknown[] = [];
  const hear = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', hear);
  onTestFinished(() => void process.off('unhandledRejection', hear));
  const filter = ({ path }: { path: string }) => {
    if (path === 'c/5') throw new Error('not this one');
    return true;
  };
  await expect(toldCopy(source, { ...slowly, filter })).rejects.toThrow('not this one');
  await delay(50);
  expect(unhandled).toEqual([]);
});

test('each file comes into its own folder, where many more folders are at hand than are kept open', async () => {
  const entries = Array.from({ length: 900 }, (_, n): TreeEntry => {
    const folder = `${n % 20}/${n % 300}`;
    return {
      path: n % 3 === 0 ? `${folder}/below/${n}` : `${folder}/${n}`,
      kind: 'file',
      content: String(n),
    };
  });
  for (const workers of [1, 2]) {
    const source = makeTree(entries);
    const { copy, report } = await toldCopy(source, { ...slowly, workers, retries: 0 });
    expect(report).toMatchObject({ status: 0, files: entries.length });
    expect(compareTrees(source, copy)).toEqual([]);
  }
});

test('where fewer files may be open than folders are read at a time, all are read, and copied at the first try', async () => {
  const entries = Array.from({ length: 432 }, (_, n): TreeEntry => {
    return { path: `${n % 6}/${n % 12}/${n}/file`, kind: 'file', content: String(n) };
  });
  const source = makeTree(entries);
  const copy = join(dirname(source), 'copy');
  const program = [process.execPath, fromRoot('dist/test/faults/copy-program.js'), source, copy];
  const line = program.map(quoted).join(' ');
  for (const ifExists of ['overwrite', 'update']) {
    const options = quoted(JSON.stringify({ ...slowly, ifExists, retries: 0 }));
    const { status, stdout } = await runShell(`ulimit -n 54; ${line} ${options}`);
    expect({ status, failed: stdout.match(/.*EMFILE.*/g) }).toEqual({ status: 0, failed: null });
    expect(compareTrees(source, copy)).toEqual([]);
  }
});
