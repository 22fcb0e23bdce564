import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Pace, slowPlace } from './slow/slow-place.js';

/** As root: a tmpfs for each run; an ext4 or btrfs of its own for each workload, in a file on the disk; a slow file system. */
export type On = 'memory' | 'disk' | 'btrfs' | Pace;

/** Where sources and destinations of one workload stand. */
export interface Place {
  /** an empty folder that no run has used before; nothing is removed to make it */
  fresh(): string;
  /** what was made there is no longer needed: memory is given back, a disk is left alone */
  leave(folder: string): void;
  /** the same entry where looking at it takes no time */
  quick?(path: string): string;
  /** a run begins: where the storage counts calls, it begins anew */
  begin?(): void;
  /** calls that the storage has seen since then */
  calls?(): number;
  /** after the workload, or when the process ends before: all of it goes */
  clear(): void;
}

/** Without root: folders in `/dev/shm` or on the disk, and no btrfs. `undefined`: it cannot be made here. */
export function place(on: On): Place | undefined {
  if (typeof on === 'object') return slowPlace(on, scratch(tmpdir()));
  if (process.getuid?.() === 0) return on === 'memory' ? mounts() : image(on === 'disk' ? 'ext4' : 'btrfs');
  return on === 'btrfs' ? undefined : folders(on);
}

/** The folder on the disk that the benchmark works in. */
export const diskFolder = process.env.BENCH_DISK ?? tmpdir();

function mounts(): Place {
  const { fresh, clear, undo } = scratch(tmpdir());
  return {
    fresh() {
      const folder = fresh();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20g,nr_inodes=0', 'tmpfs', folder]);
      undo.set(folder, () => unmount(folder));
      return folder;
    },
    leave(folder) {
      unmount(folder);
      undo.delete(folder);
    },
    clear,
  };
}

/**
 * A file system in a file: removing 50,000 files takes the disk of a virtual machine many times as long as copying
 * them, and slows what follows; removing one large file takes half a second.
 */
function image(type: 'ext4' | 'btrfs'): Place {
  const { base, fresh, clear, undo } = scratch(diskFolder);
  const [file, root] = [join(base, 'image'), join(base, 'root')];
  mkdirSync(root);
  execFileSync('truncate', ['-s', '40G', file]);
  execFileSync(`mkfs.${type}`, ['-q', file]);
  // Past the page cache of the outer file system, or every byte would be kept twice.
  const device = execFileSync('losetup', ['-f', '--show', '--direct-io=on', file], {
    encoding: 'utf8',
  }).trim();
  undo.set(device, () => execFileSync('losetup', ['-d', device]));
  const options = type === 'ext4' ? ['-o', 'noinit_itable'] : []; // or the kernel would go on making it meanwhile
  execFileSync('mount', ['-t', type, ...options, device, root]);
  undo.set(root, () => unmount(root));
  return onDisk(() => fresh(root), clear);
}

function folders(on: 'memory' | 'disk'): Place {
  const { fresh, clear } = scratch(on === 'disk' ? diskFolder : '/dev/shm');
  if (on === 'disk') return onDisk(fresh, clear);
  return { fresh, leave: folder => rmSync(folder, { recursive: true }), clear };
}

/** Deleting a tree just before making another slows ext4 down several times: nothing goes before the workload's end. */
function onDisk(fresh: () => string, clear: () => void): Place {
  return {
    fresh() {
      execFileSync('sync'); // one run's late writes are not to be paid by the next
      return fresh();
    },
    leave() {},
    clear,
  };
}

export interface Scratch {
  base: string;
  /** a new folder in `base`, or in another one */
  fresh(within?: string): string;
  /** what `clear` has to undo before the folder goes, last first */
  undo: Map<string, () => void>;
  clear(): void;
}

function scratch(within: string): Scratch {
  const base = mkdtempSync(join(within, 'folder-copy-bench-'));
  const undo = new Map<string, () => void>();
  let count = 0;
  const clear = (): void => {
    process.off('exit', clear);
    for (const step of [...undo.values()].reverse()) step();
    rmSync(base, { recursive: true });
  };
  process.once('exit', clear);
  return {
    base,
    undo,
    clear,
    fresh(within = base) {
      const folder = join(within, String(count++));
      mkdirSync(folder);
      return folder;
    },
  };
}

export function unmount(folder: string): void {
  try {
    execFileSync('umount', [folder], { stdio: 'ignore' });
  } catch {
    execFileSync('umount', ['-l', folder]); // what a stopped benchmark has started still looks into it
  }
}
