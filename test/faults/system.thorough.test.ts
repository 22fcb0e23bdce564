import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { waitForNoProcesses } from '../helpers/processes.js';
import { type CommandResult, runCommand, startCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { tracedCopy } from '../helpers/traced-copy.js';
import { runWithFaults } from './run-shell.js';
import {
  differences,
  expectCalmEnd,
  expectCompleted,
  makeMany,
  makePlaces,
  ourNamesIn,
  type Places,
  until,
} from './system-places.js';

/** A call of the system that fails, as strace says it, and which of the paths below it has to do with. */
interface Fault {
  title: string;
  inject: string[];
  at: (places: Places, file: string) => string[];
  options?: string[];
  /** Of the file in pieces, or of no file: it would be the same, or nothing, with the other. */
  isOfOne?: boolean;
}

/** One that is copied in pieces, and one that fits into one call and takes a shorter way. */
const files = ['a', 'b'] as const;

const sourceFile = ({ source }: Places, file: string): string[] => [join(source, file)];
const targetFile = ({ destination }: Places, file: string): string[] => [
  join(`${destination}.partial`, file),
];
const eitherFile = (_: Places, file: string): string[] => anyFolder(file);
/** As it is named in calls that are given an open folder, and in those that go by the folder's handle. */
const anyFolder = (name: string): string[] => [
  name,
  ...Array.from({ length: 40 }, (_, descriptor) => `/proc/self/fd/${descriptor}/${name}`),
];
const noDetour = ['--reflink', 'never'];

describe('what fails once, in a way that can pass, costs nothing', () => {
  const faults: Fault[] = [
    { title: 'EIO on reading', inject: ['preadv:error=EIO:when=1'], at: sourceFile },
    { title: 'EINTR on reading', inject: ['preadv:error=EINTR:when=1'], at: sourceFile },
    { title: 'EAGAIN on reading', inject: ['preadv:error=EAGAIN:when=1'], at: sourceFile },
    { title: 'EIO on writing', inject: ['pwritev:error=EIO:when=1'], at: targetFile },
    { title: 'EINTR on writing', inject: ['pwritev:error=EINTR:when=1'], at: targetFile },
    { title: 'nothing written', inject: ['pwritev:retval=0:when=1'], at: targetFile },
    { title: 'EINTR on opening', inject: ['openat:error=EINTR:when=1'], at: eitherFile },
    { title: 'EMFILE on opening', inject: ['openat:error=EMFILE:when=1'], at: eitherFile },
    { title: 'EIO on opening', inject: ['openat:error=EIO:when=1'], at: eitherFile },
    { title: 'EIO on setting times', inject: ['utimensat:error=EIO:when=1'], at: targetFile },
    { title: 'EIO on closing what was written', inject: ['close:error=EIO:when=1'], at: targetFile },
    {
      title: 'EIO on bringing it to the disk',
      inject: ['fsync:error=EIO:when=1'],
      at: targetFile,
      options: ['--fsync'],
    },
    {
      title: 'EIO on bringing its content to the disk',
      inject: ['fdatasync:error=EIO:when=1'],
      at: targetFile,
      options: ['--fsync'],
    },
  ];
  for (const { title, inject, at, options = [] } of faults) {
    test.each(files)(`${title}: %s`, async file => {
      const places = makePlaces();
      const result = await copyWithFaults(places, inject, at, options, file);
      expect(result).toMatchObject({ status: 0, stderr: '' });
      expect(compareTrees(places.source, places.destination)).toEqual([]);
    });
  }
});

test('EIO on bringing a folder to the disk, between files of one batch, costs nothing', async () => {
  const places = makePlaces();
  const many = Array.from(
    { length: 240 },
    (_, n) => ({ path: `many/${n}`, kind: 'file', content: 'x' }) as const,
  );
  makeTree(many, places.source);
  const folder = join(`${places.destination}.partial`, 'many');
  // Each thread would have its own first call.
  const args = ['--fsync', '-w', '1'];
  const result = await copyWithFaults(places, ['fsync:error=EIO:when=1'], () => [folder], args);
  expect(result).toMatchObject({ status: 0, stderr: '' });
  expect(compareTrees(places.source, places.destination)).toEqual([]);
});

describe('what fails again and again makes one failed entry, none of it in the copy, and the rest is copied', () => {
  const faults: (Fault & { code: string })[] = [
    { title: 'EIO on reading', inject: ['preadv:error=EIO'], at: sourceFile, code: 'EIO' },
    {
      title: 'EIO in the middle of it',
      inject: ['preadv:error=EIO:when=2+'],
      at: sourceFile,
      code: 'EIO',
      isOfOne: true,
    },
    { title: 'EIO on writing', inject: ['pwritev:error=EIO'], at: targetFile, code: 'EIO' },
    {
      title: 'EIO in the middle of writing',
      inject: ['pwritev:error=EIO:when=2+'],
      at: targetFile,
      isOfOne: true,
      code: 'EIO',
    },
    { title: 'nothing written', inject: ['pwritev:retval=0'], at: targetFile, code: 'EIO' },
    { title: 'EFBIG on writing', inject: ['pwritev:error=EFBIG'], at: targetFile, code: 'EFBIG' },
    { title: 'EACCES on opening', inject: ['openat:error=EACCES'], at: eitherFile, code: 'EACCES' },
    { title: 'EIO on setting times', inject: ['utimensat:error=EIO'], at: targetFile, code: 'EIO' },
    { title: 'EIO on closing', inject: ['close:error=EIO'], at: targetFile, code: 'EIO' },
    {
      title: 'EIO on bringing it to the disk',
      inject: ['fsync:error=EIO', 'fdatasync:error=EIO'],
      at: targetFile,
      options: ['--fsync'],
      code: 'EIO',
    },
  ];
  for (const { title, inject, at, options = [], code, isOfOne = false } of faults) {
    test.each(isOfOne ? ['a'] : files)(`${title}: %s`, async file => {
      const places = makePlaces();
      const result = await copyWithFaults(places, inject, at, options, file);
      expect(result.status).toBe(1);
      expect(result.stderr).toMatch(
        new RegExp(`^folder-copy: ${places.source}/${file}: [^\n]* \\(${code}\\)\n$`),
      );
      expect(differences(places)).toEqual([`missing: "${file}" (file)`]);
      await expectCompleted(places);
    });
  }

  test('EIO on making a folder: it is the failed entry, and what is in it is not gone into', async () => {
    const places = makePlaces();
    const result = await copyWithFaults(places, ['mkdirat:error=EIO', 'mkdir:error=EIO'], () =>
      anyFolder('folder'),
    );
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(new RegExp(`^folder-copy: ${places.source}/folder: [^\n]* \\(EIO\\)\n$`));
    await expectCompleted(places);
  });
});

test('where no worker can be forked the run ends, and one line says so', async () => {
  const { source, destination } = makePlaces();
  const what = ['-e', 'trace=clone', '-e', 'inject=?fork,?vfork,clone:error=EAGAIN'];
  const result = await tracedCopy(what, [], source, destination);
  expect(result.calls.filter(call => call.includes('(INJECTED)'))).not.toEqual([]);
  expectCalmEnd({ ...result, stdout: '', signal: null }, 1);
  expect(result.stderr).toMatch(/^folder-copy: \S+: no worker could be started: .*\(WORKER_LOST\)\n$/);
  await expectCompleted({ source, destination });
});

describe('the last rename', () => {
  for (const code of ['EIO', 'ENOSPC', 'EBUSY']) {
    test(`that fails with ${code} leaves .partial whole, for the next run to name`, async () => {
      const places = makePlaces();
      const at = () => [`${places.destination}.partial`];
      const result = await copyWithFaults(places, [`rename:error=${code}`], at);
      expect(result.status).toBe(1);
      expect(result.stderr).toMatch(new RegExp(`the copy stays in .*\\.partial: .* \\(${code}\\)\n$`));
      expect(existsSync(places.destination)).toBe(false);
      await expectCompleted(places);
    });
  }
});

describe('a disk that is full', () => {
  const faults: (Fault & { code: string })[] = [
    { title: 'ENOSPC on writing', inject: ['pwritev:error=ENOSPC'], at: targetFile, code: 'ENOSPC' },
    { title: 'EDQUOT on writing', inject: ['pwritev:error=EDQUOT'], at: targetFile, code: 'EDQUOT' },
    {
      title: 'ENOSPC on making a file',
      inject: ['openat:error=ENOSPC'],
      at: eitherFile,
      code: 'ENOSPC',
    },
    {
      title: 'ENOSPC on making a folder',
      inject: ['mkdirat:error=ENOSPC', 'mkdir:error=ENOSPC'],
      at: () => anyFolder('folder'),
      isOfOne: true,
      code: 'ENOSPC',
    },
    {
      title: 'ENOSPC on bringing it to the disk',
      inject: ['fsync:error=ENOSPC', 'fdatasync:error=ENOSPC'],
      at: targetFile,
      options: ['--fsync'],
      code: 'ENOSPC',
    },
  ];
  for (const { title, inject, at, options = [], code, isOfOne = false } of faults) {
    test.each(isOfOne ? ['a'] : files)(`stops the run in one line: ${title}: %s`, async file => {
      const places = makePlaces();
      const result = await copyWithFaults(places, inject, at, options, file);
      expect(result.status).toBe(1);
      expect(result.stderr).toMatch(new RegExp(`^folder-copy: [^\n]*needed; [^\n]* \\(${code}\\)\n$`));
      expect(existsSync(places.destination)).toBe(false);
      await expectCompleted(places);
    });
  }

  test('of 1 MiB is told of ahead, with figures, and the run goes on where it has grown', async context => {
    const root = mountOrSkip(context, { type: 'tmpfs', size: '1m' });
    const { source, destination } = makeMany(join(root, 'copy'));
    const ahead = await runCommand(['--bwlimit', '100k', source, destination]);
    expect(ahead.status).toBe(1);
    expect(ahead.stderr).toMatch(
      /^folder-copy: .*: not enough space: [\d.]+ MiB needed, [\d.]+ \w+ free, [\d.]+ MiB missing; [^\n]* \(NO_SPACE\)\n$/,
    );
    expect(readdirSync(root)).toEqual(['copy.partial']);
    const full = await runCommand(['--no-space-check', source, destination]);
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(
      /^folder-copy: .*: no space left: (at least )?[\d.]+ MiB more needed; [^\n]* \(ENOSPC\)\n$/,
    );
    expect(readdirSync(root)).toEqual(['copy.partial']);
    execFileSync('mount', ['-o', 'remount,size=8m', root]);
    expect(await runCommand([source, destination])).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(source, destination)).toEqual([]);
    expect(readdirSync(root)).toEqual(['copy']);
  });

  test('while a standing destination is filled: every file is whole, no temporary name is left', async context => {
    const root = mountOrSkip(context, { type: 'tmpfs', size: '1m' });
    const { source, destination } = makeMany(join(root, 'copy'));
    mkdirSync(join(destination, 'folder'), { recursive: true });
    writeFileSync(join(destination, 'folder/0'), 'old');
    const full = await runCommand(['--no-space-check', source, destination]);
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(/^folder-copy: [^\n]* \(ENOSPC\)\n$/);
    expect(ourNamesIn(root)).toEqual([]);
    const torn = compareTrees(source, destination).filter(line => / (size|digest) /.test(line));
    expect(torn.filter(line => !line.startsWith('"folder/0"'))).toEqual([]);
    execFileSync('mount', ['-o', 'remount,size=8m', root]);
    expect(await runCommand(['--if-exists', 'update', source, destination])).toMatchObject({ status: 0 });
    expect(compareTrees(source, destination)).toEqual([]);
  });

  test('without free inodes is told of ahead too; without the check the run stops, and goes on later', async context => {
    const root = mountOrSkip(context, { type: 'tmpfs', size: '64m', inodes: 100 });
    const { source, destination } = makeMany(join(root, 'copy'));
    const ahead = await runCommand(['--bwlimit', '100k', source, destination]);
    expect(ahead.status).toBe(1);
    expect(ahead.stderr).toMatch(/^folder-copy: .* \d+ inodes missing; [^\n]* \(NO_SPACE\)\n$/);
    const full = await runCommand(['--no-space-check', source, destination]);
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(/^folder-copy: .*: no space left: [^\n]* \(ENOSPC\)\n$/);
    execFileSync('mount', ['-o', 'remount,nr_inodes=1000', root]);
    expect(await runCommand([source, destination])).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(source, destination)).toEqual([]);
  });

  test('already, when the run begins: refused or stopped in one line, and nothing left but .partial', async context => {
    const root = mountOrSkip(context, { type: 'tmpfs', size: '64k' });
    const { source } = makeMany(join(root, 'copy'));
    try {
      writeFileSync(join(root, 'filler'), Buffer.alloc(65_536));
    } catch {
      // It is full now.
    }
    for (const options of [[], ['--no-space-check']]) {
      const result = await runCommand([...options, source, join(root, 'copy')]);
      expect([1, 2]).toContain(result.status);
      expect(result.stderr).toMatch(/^folder-copy: [^\n]* \((ENOSPC|NO_SPACE)\)\n$/);
      expect(readdirSync(root).filter(name => name !== 'filler' && name !== 'copy.partial')).toEqual([]);
    }
  });
});

describe('what goes away in mid-copy', () => {
  test('the destination is removed before the last rename', async () => {
    const places = makePlaces();
    const at = () => [`${places.destination}.partial`];
    const result = await copyWithFaults(places, ['rename:error=ENOENT'], at);
    expectCalmEnd(result, 1);
  });

  test('the destination is unmounted: it ends, and says so', async context => {
    const root = mountOrSkip(context, { type: 'tmpfs' });
    const places = makeMany(join(root, 'copy'));
    // It may only notice at its end.
    const run = startCommand(['--bwlimit', '150k', places.source, places.destination]);
    await until(() => existsSync(join(root, 'copy.partial/folder')));
    execFileSync('umount', ['-l', root]);
    expectCalmEnd(await run.finished, 1);
    expect(readdirSync(root)).toEqual([]);
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', root]); // for the cleanup to unmount
  });

  test('the source is unmounted under --delete: nothing is deleted', async context => {
    const root = mountOrSkip(context, { type: 'tmpfs' });
    makeTree([{ path: 'a', kind: 'file', size: 1_000_000 }], root);
    const destination = join(scratchFolder(), 'copy');
    makeTree([{ path: 'precious/file', kind: 'file', size: 10 }], destination);
    writeFileSync(join(destination, 'a'), '');
    const run = startCommand(['--delete', '--bwlimit', '100k', root, destination]);
    await until(() => readdirSync(destination).some(name => /^\.folder-copy\..{16}\./.test(name)));
    execFileSync('umount', ['-l', root]);
    const result = await run.finished;
    expectCalmEnd(result, 1);
    expect(result.stderr).toMatch(/nothing was deleted/);
    expect(existsSync(join(destination, 'precious/file'))).toBe(true);
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', root]);
  });

  test('the file system becomes read-only: each entry says so, the run ends', async () => {
    const places = makePlaces();
    const faults = ['openat', 'mkdirat', 'unlink', 'rename', 'link'].map(
      call => `${call}:error=EROFS:when=1+`,
    );
    const at = () => [...anyFolder('a'), ...anyFolder('b'), ...anyFolder('folder')];
    const result = await copyWithFaults(places, faults, at);
    expectCalmEnd(result, 1);
    expect(result.stderr).toMatch(/read-only file system \(EROFS\)/);
    await expectCompleted(places);
  });

  for (const isStanding of [false, true]) {
    test(`a read-only ${isStanding ? 'destination' : 'parent'} is refused at once`, async context => {
      const root = mountOrSkip(context, { type: 'tmpfs' });
      const places = makePlaces(isStanding ? root : join(root, 'copy'));
      execFileSync('mount', ['-o', 'remount,ro', root]);
      const result = await runCommand([places.source, places.destination]);
      expect(result).toMatchObject({ status: 2, stdout: '' });
      expect(result.stderr).toMatch(/^folder-copy: [^\n]* \(EROFS\)\n$/);
    });
  }
});

describe('streams and signals', () => {
  test('a stopped worker holds up neither SIGINT nor, once it goes on, the copy', async () => {
    for (const goesOn of [false, true]) {
      const places = makeMany();
      // One that goes on has to end by itself.
      const run = startCommand(['--bwlimit', goesOn ? '500k' : '50k', places.source, places.destination]);
      await until(() => existsSync(join(`${places.destination}.partial`, 'folder')));
      const workers = run.descendants();
      for (const worker of workers) process.kill(worker, 'SIGSTOP');
      await delay(100);
      if (goesOn) for (const worker of workers) process.kill(worker, 'SIGCONT');
      else run.child.kill('SIGINT');
      const started = performance.now();
      expect(await run.finished).toMatchObject(goesOn ? { status: 0 } : { signal: 'SIGINT' });
      if (!goesOn) expect(performance.now() - started).toBeLessThan(5000);
      await waitForNoProcesses(run.processes);
      await expectCompleted(places);
    }
  });
});

function copyWithFaults(
  places: Places,
  inject: string[],
  at: Fault['at'],
  options: readonly string[] = [],
  file = 'a',
): Promise<CommandResult> {
  return runWithFaults(inject, at(places, file), [
    ...noDetour,
    ...options,
    places.source,
    places.destination,
  ]);
}
