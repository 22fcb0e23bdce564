import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commandCopy, toldCopy } from '../helpers/copies.js';
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
    const run = startCommand(['-v', '--bwlimit', '1m', source, copy]);
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

describe('a source that lies in the destination, by way of a bind mount,', needs('mount', 'root'), () => {
  /** `view` is `disk/photos`. */
  function scene(): { view: string; disk: string } {
    const scratch = scratchFolder();
    const disk = makeTree(
      [
        { path: 'photos/2020/a', kind: 'file', content: 'a' },
        { path: 'other', kind: 'file', content: 'b' },
      ],
      join(scratch, 'disk'),
    );
    const view = join(scratch, 'view');
    mkdirSync(view);
    shell(scratch, 'mount --bind disk/photos view');
    onTestFinished(() => void shell(scratch, 'umount view'));
    return { view, disk };
  }

  test('is not deleted with what the source does not have', async () => {
    const { view, disk } = scene();
    const { events } = await toldCopy(view, { delete: true, maxDelete: 1 }, disk);
    expect(events.flatMap(event => (event.type === 'deleted' ? [event.path] : []))).toEqual(['other']);
    expect(filesIn(view)).toEqual(['2020/a']);
  });

  test('is not written in where it has an entry of its own name', async () => {
    const { view, disk } = scene();
    makeTree([{ path: 'photos/new', kind: 'file', content: 'n' }], view);
    const { how } = await toldCopy(view, { delete: true }, disk);
    expect(how).toMatchObject({ photos: 'EINVAL' });
    expect(readdirSync(join(dirname(disk), 'view')).sort()).toEqual(['2020', 'photos']);
    expect(filesIn(view)).toEqual(['2020/a', 'photos/new']);
  });
});
