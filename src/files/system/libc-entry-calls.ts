import { constants } from 'node:fs';
import { FACT, FACT_ROW, type Facts, factsAt, unchangedAt } from '../facts.js';
import { type PackedNames, startOf } from '../name-column.js';
import type { EntryCalls } from './entry-calls.js';
import { type Libc, NO_ATTRIBUTES_ERRNOS, systemError } from './libc.js';
import { type FileLook, LibcNames } from './libc-names.js';
import { LibcVectors } from './libc-vectors.js';

/**
 * Linux's own calls: names are looked up in open folders; facts and names are read from the kernel's bytes. Memory is
 * told of by its address, a plain number: to be given a buffer costs a call of 2 us 0.2 more, measured with `preadv`.
 */
export function libcEntryCalls(library: Libc): EntryCalls {
  const { bind, bindWaiting } = library;
  const openat = bind('openat', 'int', ['int', 'int64_t', 'int', 'uint32_t']);
  const closeDescriptor = bind('close', 'int', ['int']);
  const statx = bind('statx', 'int', ['int', 'int64_t', 'int', 'uint32_t', 'int64_t']);
  const mkdirat = bind('mkdirat', 'int', ['int', 'int64_t', 'uint32_t']);
  const utimensat = bind('utimensat', 'int', ['int', 'int64_t', 'int64_t', 'int']);
  const futimens = bind('futimens', 'int', ['int', 'int64_t']);
  const flistxattr = bind('flistxattr', 'int64_t', ['int', 'int64_t', 'int64_t']);
  const flistxattrWaiting = bindWaiting('flistxattr', 'int64_t', ['int', 'int64_t', 'int64_t']);
  const addressOf = (buffer: Uint8Array): number => Number(library.addressOf(buffer));

  /** After a call that returned -1: returns where it is to be made again, throws where it has failed. */
  const throwUnlessInterrupted = (syscall: string): void => {
    const errno = library.errno();
    if (errno !== EINTR) throw systemError(errno, syscall);
  };

  const noName = addressOf(NO_NAME);
  const statxAddress = addressOf(statxBytes);
  const times = new Times();
  const timesAddress = addressOf(times.bytes);
  let path = Buffer.allocUnsafeSlow(PATH_MAX);
  let pathAddress = addressOf(path);
  let rows: PackedNames | undefined;
  let rowsAddress = 0;

  /** The address of a name as the kernel takes it; good until the next one. */
  const asPath = (name: string): number => {
    if (name.length >= path.length) {
      path = Buffer.allocUnsafeSlow(name.length + 1);
      pathAddress = addressOf(path);
    }
    path[path.write(name, 0, 'latin1')] = 0;
    return pathAddress;
  };

  /** The same of the name in a row. The names stay where they are as long as they are kept here. */
  const pathAt = (names: PackedNames, row: number): number => {
    if (names !== rows) {
      rows = names;
      rowsAddress = addressOf(names.bytes);
    }
    return rowsAddress + startOf(names, row);
  };

  const open = (folder: number, path: number, flags: number, mode: number): number => {
    for (;;) {
      const descriptor = openat(folder, path, flags | O_CLOEXEC, mode);
      if (descriptor >= 0) return descriptor;
      throwUnlessInterrupted('open');
    }
  };

  /** @returns whether anything stands there */
  const stat = (folder: number, path: number, flags: number): boolean => {
    while (statx(folder, path, flags, STATX_BASIC_STATS, statxAddress) < 0) {
      if (library.errno() === ENOENT) return false;
      throwUnlessInterrupted('statx');
    }
    return true;
  };

  const statOpen = (descriptor: number): void => {
    while (statx(descriptor, noName, AT_EMPTY_PATH, STATX_BASIC_STATS, statxAddress) < 0) {
      throwUnlessInterrupted('statx');
    }
  };

  const calls: EntryCalls = {
    open: (folder, name, flags, mode) => open(folder.descriptor, asPath(name), flags, mode),
    openRow: (folder, names, row, flags, mode) => open(folder.descriptor, pathAt(names, row), flags, mode),

    close(descriptor) {
      // One that is interrupted has closed all the same.
      if (closeDescriptor(descriptor) < 0) throwUnlessInterrupted('close');
    },

    factsIn: (folder, name, follow) =>
      stat(folder.descriptor, asPath(name), follow ? 0 : AT_SYMLINK_NOFOLLOW) ? factsFromStatx() : undefined,

    readRow(folder, names, row, values) {
      const isThere = stat(folder.descriptor, pathAt(names, row), AT_SYMLINK_NOFOLLOW);
      if (isThere) readStatx(values, 0);
      return isThere;
    },

    factsOf(descriptor) {
      statOpen(descriptor);
      return factsFromStatx();
    },

    isUnchanged(descriptor, facts, row) {
      statOpen(descriptor);
      readStatx(factsRow, 0);
      return unchangedAt(facts, row, factsRow, 0);
    },

    setTimes(descriptor, atime, atimeNs, mtime, mtimeNs) {
      times.set(atime, atimeNs, mtime, mtimeNs);
      while (futimens(descriptor, timesAddress) < 0) throwUnlessInterrupted('futimens');
    },

    setTimesIn({ descriptor }, name, { atime, atimeNs, mtime, mtimeNs }) {
      times.set(atime, atimeNs, mtime, mtimeNs);
      const path = asPath(name);
      while (utimensat(descriptor, path, timesAddress, AT_SYMLINK_NOFOLLOW) < 0) {
        throwUnlessInterrupted('utimensat');
      }
    },

    hasAttributes(descriptor) {
      const bytes = flistxattr(descriptor, 0, 0);
      // What cannot be asked for another reason than that there are none comes to light when they are read.
      return bytes > 0 || (bytes < 0 && !NO_ATTRIBUTES_ERRNOS.has(library.errno()));
    },

    mayHaveAttributes: async descriptor => (await flistxattrWaiting(descriptor, 0, 0)) !== 0,

    makeFolder(folder, name, mode) {
      const path = asPath(name);
      while (mkdirat(folder.descriptor, path, mode) < 0) throwUnlessInterrupted('mkdir');
    },

    readsDescriptors: true,
    names: ({ descriptor }, afterwards = 'close') => {
      const files: FileLook = {
        isFileAt: address =>
          statx(descriptor, address, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, statxAddress) >= 0 &&
          (word(7) & constants.S_IFMT) === constants.S_IFREG,
        readFacts: readStatx,
      };
      const close = () => {
        if (afterwards === 'close') calls.close(descriptor);
      };
      return new LibcNames(library, descriptor, throwUnlessInterrupted, files, close);
    },

    vectors: (slab, chunkSize) => new LibcVectors(library, slab, chunkSize, throwUnlessInterrupted),
  };
  return calls;
}

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff;
const O_CLOEXEC = 0o2000000;
const ENOENT = 2;
const EINTR = 4;

/** The kernel takes paths up to this length, its end included. */
const PATH_MAX = 4096;
const NO_NAME = Buffer.from('\0');

/** One `struct statx`, the same on every architecture; see statx(2). */
const statxBytes = Buffer.allocUnsafeSlow(256);
const words = new Uint32Array(statxBytes.buffer);
const longs = new BigInt64Array(statxBytes.buffer);

const factsRow = new Float64Array(FACT_ROW);

function factsFromStatx(): Facts {
  readStatx(factsRow, 0);
  return factsAt(factsRow, 0);
}

/** Writes what the last `statx` brought as a row of a column, from `start` on. */
function readStatx(values: Float64Array, start: number): void {
  const major = word(34);
  const minor = word(35);
  // As `makedev` puts them together, which is what `fs` tells.
  values[start + FACT.deviceHigh] = ((major & 0xfffff000) | (minor >>> 20)) >>> 0;
  values[start + FACT.deviceLow] =
    (((major & 0xfff) << 8) | (minor & 0xff) | ((minor & 0xfff00) << 12)) >>> 0;
  values[start + FACT.inodeHigh] = word(9);
  values[start + FACT.inodeLow] = word(8);
  values[start + FACT.mode] = word(7) & 0xffff;
  values[start + FACT.nlink] = word(4);
  values[start + FACT.uid] = word(5);
  values[start + FACT.gid] = word(6);
  values[start + FACT.size] = long(10);
  values[start + FACT.blocks] = long(12);
  values[start + FACT.atime] = time(16);
  values[start + FACT.atimeNs] = word(18);
  values[start + FACT.mtime] = time(28);
  values[start + FACT.mtimeNs] = word(30);
  values[start + FACT.ctime] = time(24);
  values[start + FACT.ctimeNs] = word(26);
}

function word(index: number): number {
  return words[index] ?? 0;
}

/** An unsigned 64-bit number that is no identity: exact up to 2^53. */
function long(index: number): number {
  return word(index) + word(index + 1) * 2 ** 32;
}

/** Seconds; before 1970 they are negative. */
function time(index: number): number {
  return word(index + 1) < 2 ** 31 ? long(index) : Number(longs[index / 2]);
}

/** Two times as two `struct timespec`: of each a 64-bit number of seconds and one of nanoseconds, the lower half first. */
class Times {
  readonly bytes = Buffer.allocUnsafeSlow(32);
  readonly #words = new Uint32Array(this.bytes.buffer);

  set(atime: number, atimeNs: number, mtime: number, mtimeNs: number): void {
    this.#setOne(0, atime, atimeNs);
    this.#setOne(4, mtime, mtimeNs);
  }

  #setOne(start: number, seconds: number, nanoseconds: number): void {
    this.#words[start] = seconds;
    this.#words[start + 1] = Math.floor(seconds / 2 ** 32);
    this.#words[start + 2] = nanoseconds;
    this.#words[start + 3] = 0;
  }
}
