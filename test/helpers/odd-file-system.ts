import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { compiled, removeCompiled } from '../bench/compiled.js';
import { whyMissing } from './needs.js';

afterAll(removeCompiled);

/** A pass-through file system, and the folder that it passes through to. */
export interface OddPlace {
  root: string;
  backing: string;
}

/**
 * Mounts a file system with the oddities that oddfs.c names, gone when the test is finished. Where that cannot be
 * done the test is skipped with a word.
 */
export function oddOrSkip(test: { skip(note?: string): void }, ...oddities: string[]): OddPlace {
  const lacks = whyMissing('gcc', 'pkg-config', 'fusermount3', 'root');
  if (lacks !== undefined) test.skip(lacks);
  const folder = mkdtempSync(join(tmpdir(), 'folder-copy-odd-'));
  const [root, backing] = [join(folder, 'root'), join(folder, 'backing')];
  for (const path of [root, backing]) mkdirSync(path);
  const options = oddities.flatMap(oddity => ['-o', oddity]);
  const server = spawn(compiled('../helpers/oddfs.c', 'fuse3'), [...options, backing, root], {
    stdio: 'inherit',
  });
  onTestFinished(() => {
    execFileSync('umount', ['-l', root]);
    rmSync(folder, { recursive: true, force: true });
  });
  waitUntilMounted(root, server);
  return { root, backing };
}

function waitUntilMounted(root: string, server: ChildProcess): void {
  const { dev } = statSync(join(root, '..'));
  const end = performance.now() + 10_000;
  while (statSync(root).dev === dev) {
    if (performance.now() > end || server.exitCode !== null) throw new Error('oddfs does not mount');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}
