import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where sources and destinations of one workload stand. */
export interface Place {
  /** an empty folder that no run has used before; nothing is removed to make it */
  fresh(): string;
  /** between rounds, untimed: memory is given back, a disk is left alone */
  endRound(): void;
  /** after the workload: all of it goes */
  clear(): void;
}

/** Memory as root is a tmpfs per run, unmounted after its round; otherwise folders in `/dev/shm`, removed then. */
export function place(on: 'memory' | 'disk'): Place {
  return on === 'disk' ? disk() : process.getuid?.() === 0 ? mounts() : folders();
}

/** Deleting a tree just before making another slows ext4 down several times: nothing goes before the workload's end. */
function disk(): Place {
  const base = mkdtempSync(join(process.env.BENCH_DISK ?? tmpdir(), 'folder-copy-bench-'));
  const fresh = numbered(base);
  return {
    fresh() {
      execFileSync('sync'); // one run's late writes are not to be paid by the next
      return fresh();
    },
    endRound() {},
    clear: () => rmSync(base, { recursive: true }),
  };
}

function mounts(): Place {
  const base = mkdtempSync(join(tmpdir(), 'folder-copy-bench-'));
  const next = numbered(base);
  const mounted: string[] = [];
  const unmountFrom = (first: number): void => {
    for (const folder of mounted.splice(first)) execFileSync('umount', [folder]);
  };
  return {
    fresh() {
      const folder = next();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20g,nr_inodes=0', 'tmpfs', folder]);
      mounted.push(folder);
      return folder;
    },
    endRound: () => unmountFrom(1), // the first one holds the source
    clear() {
      unmountFrom(0);
      rmSync(base, { recursive: true });
    },
  };
}

function folders(): Place {
  const base = mkdtempSync('/dev/shm/folder-copy-bench-');
  const next = numbered(base);
  const used: string[] = [];
  return {
    fresh() {
      const folder = next();
      used.push(folder);
      return folder;
    },
    endRound() {
      // the first one holds the source
      for (const folder of used.splice(1)) rmSync(folder, { recursive: true });
    },
    clear: () => rmSync(base, { recursive: true }),
  };
}

function numbered(base: string): () => string {
  let count = 0;
  return () => {
    const folder = join(base, String(count++));
    mkdirSync(folder);
    return folder;
  };
}
