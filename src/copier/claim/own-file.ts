import { closeSync, constants, fsyncSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { isAccepted } from '../../rules/keep.js';

/**
 * The small files of a run in a destination, its claim and its mark. Others who may write there could plant something
 * under these names: nothing that exists is written to, and no link is followed.
 */
export function makeOwnFile(path: string | Buffer, text: string, { fsync }: { fsync: boolean }): void {
  withFile(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, descriptor => {
    try {
      writeFileSync(descriptor, text);
      if (fsync) isAccepted(() => fsyncSync(descriptor));
    } catch (error) {
      unlinkSync(path);
      throw error;
    }
  });
}

export function readOwnFile(path: string | Buffer): string {
  // A FIFO without a writer would hold us for ever.
  return withFile(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0), descriptor =>
    readFileSync(descriptor, 'utf8'),
  );
}

function withFile<T>(path: string | Buffer, flags: number, use: (descriptor: number) => T): T {
  const descriptor = openSync(path, flags | (constants.O_NOFOLLOW ?? 0), 0o600);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
