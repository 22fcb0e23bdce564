import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export type OnCleanup = (cleanup: () => void) => void;

/**
 * A fresh folder that goes with the test; outside a test (`beforeAll`) pass what collects the cleanups. In memory for
 * quick tests, where the machine has room for that: a disk takes a third of their time.
 */
export function scratchFolder(within = usualPlace(), onCleanup: OnCleanup = onTestFinished): string {
  const folder = mkdtempSync(join(within, 'folder-copy-test-'));
  onCleanup(() => removeTree(folder));
  return folder;
}

/** Where a scratch folder is in memory, if there is such a place that everybody may write to, and has room. */
export const memoryFolder = isWritable('/dev/shm') && hasRoom('/dev/shm') ? '/dev/shm' : undefined;

/** For trees of many files, and for copies that are to be quick. */
export const memory = memoryFolder ?? tmpdir();

function usualPlace(): string {
  return process.env.FOLDER_COPY_TESTS?.startsWith('quick') === true ? memory : tmpdir();
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** For the largest of what the quick tests write. A container may have no more than 64 MiB there. */
function hasRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= 2 ** 30;
}

/** `rm`, since `fs.rm` stumbles over names that are not UTF-8; folders are opened up first for those who are not root. */
export function removeTree(folder: string): void {
  if (process.getuid?.() !== 0) execFileSync('chmod', ['-R', 'u+rwx', '--', folder], { stdio: 'ignore' });
  execFileSync('rm', ['-rf', '--one-file-system', '--', folder]);
}
