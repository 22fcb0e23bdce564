import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { copyFolder } from '../../src/index.js';
import { commandCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { killIfThere, waitForNoProcesses } from '../helpers/processes.js';
import { runCommand, startCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';

/** Paths of files in a folder, in lower case, sorted. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .toLowerCase(),
    )
    .sort();
}

describe.each([
  { type: 'exfat' },
  { type: 'ntfs' },
] as const)('where the destination ($type) ignores case, what was renamed in case alone stays:', system => {
  const tree: TreeEntry[] = [
    { path: 'Dir/a', kind: 'file', content: 'a' },
    { path: 'Dir/sub/x', kind: 'file', content: 'x' },
    { path: 'IMG.JPG', kind: 'file', content: 'i' },
  ];
  const files = ['dir/a', 'dir/sub/x', 'img.jpg'];

  for (const args of [['--delete'], ['--if-exists', 'update', '--delete']]) {
    test(`under ${args.join(' ')}, and an extra goes all the same`, async context => {
      const root = mountOrSkip(context, system);
      const [source, copy] = [makeTree(tree), join(root, 'copy')];
      expect(await commandCopy(source, ['-q'], { copy })).toMatchObject({ status: 0 });
      renameSync(join(source, 'Dir'), join(source, 'dir'));
      renameSync(join(source, 'IMG.JPG'), join(source, 'img.jpg'));
      writeFileSync(join(copy, 'Dir', 'extra'), '');
      const { status, stderr } = await commandCopy(source, ['-v', ...args], { copy });
      expect({ status, deleted: stderr.match(/^deleted .*$/gm) }).toEqual({
        status: 0,
        deleted: ['deleted dir/extra'],
      });
      expect(filesIn(copy)).toEqual(files);
    });
  }

  test('on resuming', async context => {
    const root = mountOrSkip(context, system);
    const source = makeTree([...tree, { path: 'z', kind: 'file', size: 4_000_000 }]);
    const copy = join(root, 'copy');
    const run = startCommand(['-v', '--bwlimit', '50k', source, copy]);
    await run.sees(/streamed .*x\n/);
    for (const pid of run.processes()) killIfThere(pid, 'SIGKILL');
    await run.finished;
    await waitForNoProcesses(run.processes);
    renameSync(join(source, 'Dir'), join(source, 'dir'));
    expect(await commandCopy(source, ['-q'], { copy })).toMatchObject({ status: 0, stderr: '' });
    expect(filesIn(copy)).toEqual([...files, 'z']);
  });

  test('and --check takes it for the same', async context => {
    const root = mountOrSkip(context, system);
    const [source, copy] = [makeTree(tree), join(root, 'copy')];
    expect(await commandCopy(source, ['-q'], { copy })).toMatchObject({ status: 0 });
    renameSync(join(source, 'IMG.JPG'), join(source, 'img.jpg'));
    const { stdout } = await runCommand(['--check', source, copy]);
    expect(stdout.split('\n').filter(line => /^(missing|extra)/.test(line))).toEqual([]);
  });
});

test('where the destination ignores case, another spelling of the source is refused', async context => {
  const root = mountOrSkip(context, { type: 'exfat' });
  makeTree([{ path: 'Photos/Sub/a', kind: 'file', content: 'a' }], root);
  for (const [source, copy, says] of [
    ['Photos', 'photos', 'is the source itself'],
    ['PHOTOS', 'photos', 'is the source itself'],
    ['Photos', 'photos/SUB', 'lies in the source'],
    ['photos', 'PHOTOS/sub/new/copy', 'lies in the source'],
    ['photos/SUB', 'Photos', 'contains the source'],
    ['photos/SUB', 'PHOTOS', 'contains the source'],
  ] as const) {
    const { status, stderr } = await runCommand([source, copy], { cwd: root });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(says) });
  }
  expect(await runCommand(['Photos', 'Photos2'], { cwd: root })).toMatchObject({ status: 0, stderr: '' });
  expect(filesIn(root)).toEqual(['photos/sub/a', 'photos2/sub/a']);
});

test('a source and a destination whose names differ in case alone are two where case counts', async () => {
  const source = makeTree([{ path: 'a', kind: 'file', content: 'a' }], join(scratchFolder(), 'Photos'));
  const copy = makeTree([{ path: 'b', kind: 'file', content: 'b' }], join(dirname(source), 'photos'));
  expect(await runCommand([source, copy])).toMatchObject({ status: 0, stderr: '' });
  expect(filesIn(copy)).toEqual(['a', 'b']);
});

describe('what a mount shows of the source', needs('mount', 'root'), () => {
  /** Two folders that lie in no other. */
  function scene(): { photos: string; disk: string } {
    const photos = makeTree(
      [{ path: '2020/a', kind: 'file', content: 'a' }],
      join(scratchFolder(), 'photos'),
    );
    const disk = makeTree(
      [
        { path: 'view of it', kind: 'folder' },
        { path: 'other', kind: 'file', content: 'b' },
      ],
      join(dirname(photos), 'disk'),
    );
    return { photos, disk };
  }

  function bind(shown: string, point: string): void {
    shell('/', `mount --bind '${shown}' '${point}'`);
    onTestFinished(() => void shell('/', `umount '${point}'`));
  }

  for (const [shown, at, source, copy, says] of [
    ['photos', 'disk/view of it', 'photos', 'disk', 'contains the source'],
    ['photos', 'disk/view of it', 'photos/2020', 'disk', 'contains the source'],
    ['disk', 'photos/2020', 'photos', 'disk/view of it', 'lies in the source'],
    ['disk', 'photos/2020', 'photos', 'disk/new/copy', 'lies in the source'],
  ] as const) {
    test(`has ${copy} refused as the copy of ${source} where ${at} is ${shown}`, async () => {
      const folder = dirname(scene().disk);
      bind(join(folder, shown), join(folder, at));
      for (const args of [[], ['-n'], ['--delete'], ['-x']]) {
        const { status, stderr } = await runCommand([...args, source, copy], { cwd: folder });
        expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(says) });
      }
      expect(readdirSync(join(folder, 'disk')).sort()).toEqual(['other', 'view of it']);
    });
  }

  test('is no matter with -x where that is on another file system, nor where it is hidden', async context => {
    const { disk } = scene();
    const other = mountOrSkip(context, { type: 'tmpfs' });
    const source = makeTree([{ path: 'a', kind: 'file', content: 'a' }], join(other, 'source'));
    const point = join(disk, 'view of it');
    bind(other, point);
    expect(await runCommand([source, disk])).toMatchObject({ status: 2 });
    expect(await runCommand(['-x', source, disk])).toMatchObject({ status: 0, stderr: '' });
    shell('/', `mount -t tmpfs none '${point}'`);
    onTestFinished(() => void shell('/', `umount '${point}'`));
    expect(await runCommand([source, disk])).toMatchObject({ status: 0, stderr: '' });
  });

  test('keeps other places of the run out of it as well', async () => {
    const { photos, disk } = scene();
    bind(photos, join(disk, 'view of it'));
    for (const option of ['--backup-dir', '--log', '--failed']) {
      const args = [option, join(disk, 'view of it', 'new'), photos, join(dirname(disk), 'copy')];
      const { status, stderr } = await runCommand(args);
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: expect.stringContaining('lies in the source'),
      });
    }
  });

  for (const [title, isNamed] of [
    ['is not deleted with what the source does not have', false],
    ['is not written in where the source has an entry of its own name', true],
  ] as const) {
    test(`${title}: it is mounted while the copy begins`, async () => {
      const { photos, disk } = scene();
      if (isNamed) makeTree([{ path: 'view of it/new', kind: 'file', content: 'n' }], photos);
      const failed: string[] = [];
      const deleted: string[] = [];
      const copied = copyFolder(photos, disk, {
        ...(isNamed ? {} : { delete: true, maxDelete: 1 }),
        onEvent: event => {
          if (event.type === 'start') bind(photos, join(disk, 'view of it'));
          else if (event.type === 'error') failed.push(event.path);
          else if (event.type === 'deleted') deleted.push(event.path);
        },
      });
      if (isNamed) await expect(copied).rejects.toMatchObject({ failures: [{ code: 'EINVAL' }] });
      else await copied;
      expect({ failed, deleted }).toEqual({
        failed: isNamed ? ['view of it'] : [],
        deleted: isNamed ? [] : ['other'],
      });
      expect(filesIn(photos)).toEqual(isNamed ? ['2020/a', 'view of it/new'] : ['2020/a']);
    });
  }
});
