import {
  chmod,
  close,
  constants,
  fstat,
  fsync,
  link,
  lstat,
  mkdir,
  open,
  rmdir,
  stat,
  unlink,
} from 'node:fs';
import { native } from '../byte-path.js';
import { type Facts, factsFrom } from '../facts.js';
import { codeOf } from '../failure.js';
import { O_PATH } from './descriptor-paths.js';

/**
 * Calls that do not hold up the process: on slow storage, many are under way at a time, each in one of Node's
 * threads. One costs ten times the processor time of its like in `EntryCalls`. Paths are bytes, one character each,
 * absolute or below `/proc/self/fd/N`.
 */
export const waitingCalls = {
  /** Opens a folder to read its names; its access time stays where that can be. */
  async openFolder(path: string, followLink: boolean): Promise<number> {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | (followLink ? 0 : (constants.O_NOFOLLOW ?? 0));
    try {
      return await opened(path, flags | (constants.O_NOATIME ?? 0));
    } catch (error) {
      // Only to its owner and to root its access time is theirs to leave alone.
      if (codeOf(error) !== 'EPERM') throw error;
      return await opened(path, flags);
    }
  },

  /** Opens a folder only to name it and what is in it. */
  nameFolder(path: string, followLink: boolean): Promise<number> {
    return opened(path, O_PATH | constants.O_DIRECTORY | (followLink ? 0 : (constants.O_NOFOLLOW ?? 0)));
  },

  /** @returns undefined where nothing exists */
  factsAt(path: string, followLink: boolean): Promise<Facts | undefined> {
    return new Promise((resolve, reject) => {
      (followLink ? stat : lstat)(native(path), { bigint: true }, (error, stats) => {
        if (error === null) resolve(factsFrom(stats));
        else if (error.code === 'ENOENT') resolve(undefined);
        else reject(error);
      });
    });
  },

  factsOf(descriptor: number): Promise<Facts> {
    return new Promise((resolve, reject) => {
      fstat(descriptor, { bigint: true }, (error, stats) =>
        error === null ? resolve(factsFrom(stats)) : reject(error),
      );
    });
  },

  setMode(path: string, mode: number): Promise<void> {
    return new Promise((resolve, reject) => {
      chmod(native(path), mode, error => (error === null ? resolve() : reject(error)));
    });
  },

  sync(descriptor: number): Promise<void> {
    return new Promise((resolve, reject) => {
      fsync(descriptor, error => (error === null ? resolve() : reject(error)));
    });
  },

  /** It fails where anything exists. */
  makeFolder(path: string, mode: number): Promise<void> {
    return new Promise((resolve, reject) => {
      mkdir(native(path), mode, error => (error === null ? resolve() : reject(error)));
    });
  },

  /** One more name of a file. It fails where anything has that name. */
  link(path: string, newPath: string): Promise<void> {
    return new Promise((resolve, reject) => {
      link(native(path), native(newPath), error => (error === null ? resolve() : reject(error)));
    });
  },

  /** Of an entry that is not a folder. */
  removeName(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      unlink(native(path), error => (error === null ? resolve() : reject(error)));
    });
  },

  removeFolder(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      rmdir(native(path), error => (error === null ? resolve() : reject(error)));
    });
  },

  close(descriptor: number): Promise<void> {
    return new Promise((resolve, reject) => {
      close(descriptor, error => (error ? reject(error) : resolve()));
    });
  },
};

function opened(path: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) => {
    open(native(path), flags, (error, descriptor) => (error === null ? resolve(descriptor) : reject(error)));
  });
}
