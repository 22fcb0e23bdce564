import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Program, succeeds, whyMissing } from './needs.js';
import type { OnCleanup } from './scratch-folder.js';

export type FileSystem =
  /** counts no blocks and has no limit */
  | { type: 'ramfs'; options?: string }
  /** `inodes` limits entries, `options` are mount options such as `noatime` */
  | { type: 'tmpfs'; size?: string; inodes?: number; options?: string }
  | { type: 'ext4' | 'btrfs' | 'xfs' | 'vfat'; size?: string; options?: string }
  | { type: 'ext4'; casefold: true; size?: string; options?: string }
  /** with inodes of 128 bytes, which hold whole seconds, until 2038 */
  | { type: 'ext4'; seconds: true; size?: string; options?: string }
  /** takes `FILE` and `file` for one, on any kernel with FUSE: ntfs-3g's, told to ignore case */
  | { type: 'ntfs'; size?: string; options?: string }
  /** so does exfat-fuse, which gives an entry another inode number under each spelling */
  | { type: 'exfat'; size?: string; options?: string };

/** What vitest hands to a test, as far as it is needed here. */
export interface Skippable {
  skip(note?: string): void;
}

/**
 * Mounts a fresh file system, gone when the test is finished, and returns its root.
 * Where that cannot be done the test is skipped with a word; in CI it fails for want of a program.
 */
export function mountOrSkip(
  test: Skippable,
  system: FileSystem,
  onCleanup: OnCleanup = onTestFinished,
): string {
  const reason = whyNotMounted(system);
  if (reason !== undefined) test.skip(reason);
  const folder = mkdtempSync(join(tmpdir(), `folder-copy-${system.type}-`));
  const root = join(folder, 'root');
  mkdirSync(root);
  onCleanup(() => {
    unmount(root);
    rmSync(folder, { recursive: true, force: true });
  });
  mount(system, folder, root);
  // ext4 brings it along; tests want the same empty root everywhere.
  rmSync(join(root, 'lost+found'), { recursive: true, force: true });
  return root;
}

function mount(system: FileSystem, folder: string, root: string): void {
  const options = system.options === undefined ? [] : [system.options];
  if (system.type === 'tmpfs') {
    options.push(`size=${system.size ?? '256m'}`);
    if (system.inodes !== undefined) options.push(`nr_inodes=${system.inodes}`);
    run('mount', '-t', 'tmpfs', '-o', options.join(','), 'tmpfs', root);
    return;
  }
  if (system.type === 'ramfs') {
    run('mount', '-t', 'ramfs', 'ramfs', root);
    return;
  }
  const image = join(folder, 'image');
  run('truncate', '-s', system.size ?? '320M', image); // xfs will not be smaller than 300 MiB; the image is sparse
  const maker = makers['casefold' in system ? 'casefold' : 'seconds' in system ? 'seconds' : system.type];
  run(`mkfs.${system.type}`, ...maker, image);
  if (system.type === 'exfat') {
    // FUSE mounts no image without a loop device; the kernel frees it with the last use.
    const device = execFileSync('losetup', ['-f', '--show', image], { encoding: 'utf8' }).trim();
    run('mount.exfat-fuse', ...options.flatMap(option => ['-o', option]), device, root);
    run('losetup', '-d', device);
  } else if (system.type === 'ntfs')
    run('lowntfs-3g', '-o', ['ignore_case', ...options].join(','), image, root);
  else run('mount', '-t', system.type, '-o', ['loop', ...options].join(','), image, root);
}

const makers = {
  ext4: ['-q', '-F'],
  casefold: ['-q', '-F', '-O', 'casefold'],
  seconds: ['-q', '-F', '-I', '128'],
  btrfs: ['-q'],
  xfs: ['-q', '-f', '-m', 'reflink=1'],
  vfat: [],
  ntfs: ['-Q', '-F', '-q'],
  exfat: [],
};

function unmount(root: string): void {
  try {
    run('umount', root);
  } catch {
    run('umount', '-l', root); // something still looks into it: it goes when that ends
  }
}

/** undefined: it can be done. */
function whyNotMounted(system: FileSystem): string | undefined {
  const programs: Program[] =
    system.type === 'tmpfs' || system.type === 'ramfs' ? ['mount'] : ['mount', `mkfs.${system.type}`];
  if (system.type === 'ntfs') programs.push('lowntfs-3g');
  if (system.type === 'exfat') programs.push('losetup', 'mount.exfat-fuse');
  const lacks = whyMissing(...programs, 'root');
  if (lacks !== undefined) return lacks;
  const known = readFileSync('/proc/filesystems', 'utf8').split(/\s+/);
  const needed = system.type === 'ntfs' || system.type === 'exfat' ? 'fuseblk' : system.type;
  if (!known.includes(needed) && !succeeds('modprobe', '-q', needed)) return `this kernel has no ${needed}`;
  if ('casefold' in system && !existsSync('/sys/fs/ext4/features/casefold')) {
    return 'this kernel has no casefold';
  }
  return mountingIsAllowed() ? undefined : 'mounting is not allowed here';
}

let allowed: boolean | undefined;

/** A container's root may lack the right: only trying tells. */
function mountingIsAllowed(): boolean {
  if (allowed === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'folder-copy-mount-'));
    allowed = succeeds('mount', '-t', 'tmpfs', 'tmpfs', folder);
    if (allowed) unmount(folder);
    rmSync(folder, { recursive: true });
  }
  return allowed;
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
