import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { bytePath } from '../src/files/byte-path.js';
import { lstat } from '../src/files/system/stat.js';
import { openFolderHandles } from '../src/files/trees/folder-handles.js';
import { findDeletions } from '../src/folders/find-deletions.js';
import { type CopyEvent, copyFolder, PartialCopyError } from '../src/index.js';
import { copyWithExtras, deleting, EXTRAS, forked } from './copy-with-extras.js';
import { compareTrees } from './helpers/compare-trees.js';
import { isRoot, toldCopy } from './helpers/copies.js';
import { mountOrSkip } from './helpers/file-systems.js';
import { makeTree } from './helpers/make-tree.js';
import { shell } from './helpers/shell.js';
import type { TreeEntry } from './helpers/tree-description.js';
import { slowly } from './slowly-read-tree.js';

test('a worker that is killed while it deletes: the others go on, and each entry is told of once', async () => {
  const { source, copy } = await copyWithExtras();
  const others = new Set(forked());
  const deleted: string[] = [];
  const onEvent = (event: CopyEvent) => {
    if (event.type !== 'deleted') return;
    const [worker] = forked().filter(pid => !others.has(pid));
    if (deleted.length === 0 && worker !== undefined) process.kill(worker, 'SIGKILL');
    deleted.push(event.path);
  };
  const report = await copyFolder(source, copy, { ...deleting, workers: 3, onEvent });
  expect(report).toMatchObject({ status: 0, deleted: EXTRAS, failed: 0 });
  expect(new Set(deleted).size).toBe(EXTRAS);
  expect(compareTrees(source, copy)).toEqual([]);
});

test('a run whose workers hang while they delete can be stopped, and is resumed by the next', async () => {
  const { source, copy } = await copyWithExtras();
  const others = new Set(forked());
  const stop = new AbortController();
  let isFirst = true;
  const onEvent = (event: CopyEvent) => {
    if (event.type !== 'deleted' || !isFirst) return;
    isFirst = false;
    for (const pid of forked()) if (!others.has(pid)) process.kill(pid, 'SIGSTOP');
    setTimeout(() => stop.abort(new Error('stopped by hand')), 200);
  };
  const options = { ...deleting, workers: 3, signal: stop.signal, onEvent };
  await expect(copyFolder(source, copy, options)).rejects.toThrow('stopped by hand');
  expect(forked().filter(pid => !others.has(pid))).toEqual([]);
  expect(await copyFolder(source, copy, deleting)).toMatchObject({ status: 0, failed: 0 });
  expect(compareTrees(source, copy)).toEqual([]);
});

/** Runs a copy in which something happens at the first removal. @returns the codes of its failures, and what was deleted */
async function withAtFirstRemoval(
  [source, copy]: [source: string, copy: string],
  happen: () => void,
): Promise<{ codes: Record<string, string>; deleted: string[] }> {
  const [codes, deleted]: [Record<string, string>, string[]] = [{}, []];
  const onEvent = (event: CopyEvent) => {
    if (event.type === 'error') codes[event.path] = event.code;
    if (event.type !== 'deleted') return;
    if (deleted.length === 0) happen();
    deleted.push(event.path);
  };
  await copyFolder(source, copy, { ...deleting, workers: 3, onEvent }).catch((error: unknown) => {
    if (!(error instanceof PartialCopyError)) throw error;
  });
  return { codes, deleted };
}

test('what cannot be removed is told of, and all else goes', async context => {
  if (!isRoot) context.skip('only root can make a file immutable');
  const { source, copy } = await copyWithExtras();
  shell(copy, "chattr +i extra/2/6/file 'a/7/extra 7'");
  onTestFinished(() => void shell(copy, "chattr -i extra/2/6/file 'a/7/extra 7'"));
  const { report, how } = await toldCopy(source, deleting);
  const failed = { 'extra/2/6/file': 'EPERM', 'a/7/extra 7': 'EPERM' };
  const filled = { 'extra/2/6': 'ENOTEMPTY', 'extra/2': 'ENOTEMPTY', extra: 'ENOTEMPTY' };
  expect(how).toMatchObject({ ...failed, ...filled });
  expect(report).toMatchObject({ status: 1, deleted: EXTRAS - 5, failed: 0, left: 0 });
});

test('what is mounted in the destination stays with -x', async context => {
  const mounted = mountOrSkip(context, { type: 'tmpfs', size: '1m' });
  shell(mounted, 'echo theirs > file');
  const { source, copy } = await copyWithExtras();
  for (const point of ['extra/2/mount', 'a/3/mount']) {
    mkdirSync(join(copy, point));
    shell(copy, `mount --bind '${mounted}' '${point}'`);
    onTestFinished(() => void shell(copy, `umount '${point}'`));
  }
  const { report } = await toldCopy(source, { ...deleting, oneFileSystem: true });
  expect(report).toMatchObject({ status: 0, deleted: EXTRAS - 2 });
  expect(readdirSync(mounted)).toEqual(['file']);
});

test('a folder that is the source by now, or of another file system, stays', () => {
  const root = makeTree([{ path: 'extra/file', kind: 'file', content: 'x' }]);
  const destination = openFolderHandles(root);
  onTestFinished(() => destination.close());
  const [itself, other] = [lstat(join(root, 'extra')), lstat(root)];
  const elsewhere = { ...other, deviceLow: other.deviceLow + 1 };
  const look = { folder: bytePath('extra'), isExtra: true, opens: false };
  const found = [
    { sourceRoot: itself, onlyOn: undefined },
    { sourceRoot: other, onlyOn: elsewhere },
    { sourceRoot: other, onlyOn: other },
  ].map(rules => {
    const spared = { filters: undefined, backup: undefined, ...rules };
    return findDeletions({ destination, spared }, look).next().value?.kind;
  });
  expect(found).toEqual(['spared', 'spared', undefined]);
});

/** Folders that both have, each with an extra, so many that none of them is the last that is looked at. */
async function manyFolders(): Promise<[source: string, copy: string]> {
  const folders = Array.from({ length: 400 }, (_, n) => `shared/${n}`);
  const entries: TreeEntry[] = folders.map(path => ({ path: `${path}/x`, kind: 'file', content: 'x' }));
  const source = makeTree(entries);
  const { copy } = await toldCopy(source, slowly);
  for (const folder of folders) writeFileSync(join(copy, folder, 'extra'), 'extra');
  return [source, copy];
}

test('a source that is another folder by now has nothing deleted', async () => {
  const [source, copy] = await manyFolders();
  const others = new Set(forked());
  const away = `${source}.away`;
  const { codes, deleted } = await withAtFirstRemoval([source, copy], () => {
    renameSync(source, away);
    mkdirSync(source);
    // Those that take their place open it anew.
    for (const pid of forked()) if (!others.has(pid)) process.kill(pid, 'SIGKILL');
  });
  expect(deleted.filter(path => !path.endsWith('/extra'))).toEqual([]);
  expect(Object.values(codes)).toContain('CHANGED');
  expect(compareTrees(away, copy).filter(line => !/extra|mtime/.test(line))).toEqual([]);
});

test('a folder of the source that is another by now, with all that was in it, loses nothing of its copy', async () => {
  const names = Array.from({ length: 12 }, (_, n) => `${n}`);
  const source = makeTree(names.map(name => ({ path: `${name}/x`, kind: 'file', content: name })));
  const { copy } = await toldCopy(source, slowly);
  for (const name of names) writeFileSync(join(copy, name, 'extra'), 'extra');
  const deleted: string[] = [];
  let files = 0;
  const onEvent = (event: CopyEvent) => {
    if (event.type === 'deleted') deleted.push(event.path);
    if (event.type !== 'file' || !/x$/.test(event.path)) return;
    files += 1;
    if (files < names.length) return;
    for (const folder of names.map(name => join(source, name))) {
      cpSync(folder, `${folder}.new`, { recursive: true });
      rmSync(folder, { recursive: true });
      renameSync(`${folder}.new`, folder);
    }
  };
  const report = await copyFolder(source, copy, { ...slowly, delete: true, workers: 2, onEvent });
  expect(report).toMatchObject({ status: 0, deleted: names.length });
  expect(deleted.sort()).toEqual(names.map(name => `${name}/extra`).sort());
});

test('a link in the place of a folder whose entries are being removed is not followed', async () => {
  const source = makeTree([{ path: 'x', kind: 'file', content: 'x' }]);
  const names = Array.from({ length: 300 }, (_, n) => `${n}`);
  const extras = ['one', 'two', 'three'];
  const { copy } = await toldCopy(source, slowly);
  for (const name of names) {
    makeTree(
      extras.map(extra => ({ path: `${name}/${extra}`, kind: 'file', content: 'extra' })),
      copy,
    );
  }
  const outside = makeTree(
    extras.map(path => ({ path, kind: 'file', content: 'outside' })),
    join(dirname(source), 'outside'),
  );
  let planted = 0;
  const { codes } = await withAtFirstRemoval([source, copy], () => {
    for (const name of names.map(name => join(copy, name))) {
      if (!existsSync(join(name, 'three'))) continue;
      renameSync(name, `${name}.moved`);
      symlinkSync(outside, name);
      planted += 1;
    }
  });
  expect(planted).toBeGreaterThan(100);
  expect(readdirSync(outside).sort()).toEqual([...extras].sort());
  expect(Object.values(codes)).toContain('LINK_IN_THE_WAY');
  expect(lstatSync(join(copy, 'x')).isFile()).toBe(true);
});

for (const isStorageSlow of [true, false]) {
  test(`nothing is removed behind a stop, ${isStorageSlow ? 'by workers' : 'by the parent'}`, async () => {
    const source = makeTree([{ path: 'x', kind: 'file', content: 'x' }]);
    const { copy } = await toldCopy(source);
    for (let n = 0; n < 6000; n += 1) writeFileSync(join(copy, `extra ${n}`), '');
    const others = new Set(forked());
    const stop = new AbortController();
    const onEvent = ({ type }: CopyEvent) => {
      if (type === 'deleted') stop.abort(new Error('stopped by hand'));
    };
    const options = { ...deleting, isStorageSlow, workers: 3 };
    const stopped = copyFolder(source, copy, { ...options, signal: stop.signal, onEvent });
    await expect(stopped).rejects.toThrow('stopped by hand');
    expect(forked().filter(pid => !others.has(pid))).toEqual([]);
    const left = readdirSync(copy).length;
    expect(left).toBeGreaterThan(1000);
    await delay(300);
    expect(readdirSync(copy)).toHaveLength(left);
    expect(await copyFolder(source, copy, options)).toMatchObject({ status: 0 });
    expect(readdirSync(copy)).toEqual(['x']);
    rmSync(copy, { recursive: true });
  });
}
