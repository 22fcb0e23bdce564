import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compiled, isInstalled } from '../compiled.js';
import { type Place, type Scratch, unmount } from '../place.js';

/** Slow storage: see slowfs.c. */
export interface Pace {
  /** What a call takes, microseconds. */
  delayUs: number;
  /** Another pace from the call with this number on. */
  later?: { fromCall: number; delayUs: number };
  /** Whether a listing brings the entries' attributes along. */
  withAttributes: boolean;
}

/** A slow file system over one in memory. `undefined`: it cannot be mounted here. */
export function slowPlace(
  { delayUs, later, withAttributes }: Pace,
  { base, fresh, clear, undo }: Scratch,
): Place | undefined {
  if (process.getuid?.() !== 0 || !['gcc', 'pkg-config', 'fusermount3'].every(isInstalled)) {
    clear();
    return undefined;
  }
  const [backing, mount] = [join(base, 'backing'), join(base, 'mount')];
  mkdirSync(backing);
  mkdirSync(mount);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8g,nr_inodes=0', 'tmpfs', backing]);
  undo.set(backing, () => unmount(backing));
  const changes = later === undefined ? [] : ['-t', `${later.fromCall}:${later.delayUs}`];
  const options = ['-d', String(delayUs), ...changes, ...(withAttributes ? ['-a'] : [])];
  const server = spawn(compiled('slow/slowfs.c', 'fuse3'), [...options, backing, mount], {
    stdio: 'inherit',
  });
  undo.set(mount, () => unmount(mount));
  waitUntilMounted(mount, server);
  const quick = (path: string) => join(backing, relative(mount, path));
  return {
    fresh: () => join(mount, relative(backing, fresh(backing))),
    leave() {},
    quick,
    begin() {
      // What the run before has looked at is no longer believed.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BELIEVED_MS);
      writeFileSync(join(mount, CALLS), '0');
    },
    calls: () => Number(readFileSync(join(mount, CALLS), 'utf8')),
    clear,
  };
}

/** See slowfs.c: where it counts, and a little more than the time for which the kernel believes attributes. */
const CALLS = '.calls';
const BELIEVED_MS = 1100;

function waitUntilMounted(mount: string, server: ChildProcess): void {
  const { dev } = statSync(join(mount, '..'));
  const end = performance.now() + 10_000;
  while (statSync(mount).dev === dev) {
    if (performance.now() > end || server.exitCode !== null) throw new Error('slowfs does not mount');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}
