import { constants } from 'node:fs';
import { Facts } from '../facts.js';
import type { EntryCalls } from './entry-calls.js';
import { type Libc, systemError } from './libc.js';
import { LibcNames } from './libc-names.js';
import { LibcVectors } from './libc-vectors.js';
import { timesOf } from './times-of.js';

/** Linux's own calls: names are looked up in open folders; facts and names are read from the kernel's bytes. */
export function libcEntryCalls(library: Libc): EntryCalls {
  const { bind } = library;
  const openat = bind('openat', 'int', ['int', 'void *', 'int', 'uint32_t']);
  const closeDescriptor = bind('close', 'int', ['int']);
  const statx = bind('statx', 'int', ['int', 'void *', 'int', 'uint32_t', 'void *']);
  const statxAt = bind('statx', 'int', ['int', 'int64_t', 'int', 'uint32_t', 'void *']);
  const mkdirat = bind('mkdirat', 'int', ['int', 'void *', 'uint32_t']);
  const futimens = bind('futimens', 'int', ['int', 'void *']);
  const flistxattr = bind('flistxattr', 'int64_t', ['int', 'void *', 'size_t']);

  /** After a call that returned -1: returns where it is to be made again, throws where it has failed. */
  const throwUnlessInterrupted = (syscall: string): void => {
    const errno = library.errno();
    if (errno !== EINTR) throw systemError(errno, syscall);
  };

  const calls: EntryCalls = {
    open(folder, name, flags, mode) {
      const path = asPath(name);
      for (;;) {
        const descriptor = openat(folder.descriptor, path, flags | O_CLOEXEC, mode);
        if (descriptor >= 0) return descriptor;
        throwUnlessInterrupted('open');
      }
    },

    close(descriptor) {
      // One that is interrupted has closed all the same.
      if (closeDescriptor(descriptor) < 0) throwUnlessInterrupted('close');
    },

    factsIn(folder, name, follow) {
      const path = asPath(name);
      const flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
      while (statx(folder.descriptor, path, flags, STATX_BASIC_STATS, statxBytes) < 0) {
        if (library.errno() === ENOENT) return undefined;
        throwUnlessInterrupted('statx');
      }
      return factsFromStatx();
    },

    factsOf(descriptor) {
      while (statx(descriptor, NO_NAME, AT_EMPTY_PATH, STATX_BASIC_STATS, statxBytes) < 0) {
        throwUnlessInterrupted('statx');
      }
      return factsFromStatx();
    },

    setTimes(descriptor, facts) {
      const times = timesOf(facts);
      while (futimens(descriptor, times) < 0) throwUnlessInterrupted('futimens');
    },

    hasAttributes(descriptor) {
      const bytes = flistxattr(descriptor, null, 0);
      // What cannot be asked for another reason than that there are none comes to light when they are read.
      return bytes > 0 || (bytes < 0 && !HAS_NONE.has(library.errno()));
    },

    makeFolder(folder, name, mode) {
      const path = asPath(name);
      while (mkdirat(folder.descriptor, path, mode) < 0) throwUnlessInterrupted('mkdir');
    },

    readsDescriptors: true,
    names: ({ descriptor }) => {
      const fileAt = (address: number): Facts | undefined => {
        const flags = AT_SYMLINK_NOFOLLOW;
        if (statxAt(descriptor, address, flags, STATX_BASIC_STATS, statxBytes) < 0) return undefined;
        return (word(7) & constants.S_IFMT) === constants.S_IFREG ? factsFromStatx() : undefined;
      };
      const close = () => calls.close(descriptor);
      return new LibcNames(library, descriptor, throwUnlessInterrupted, fileAt, close);
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
/** EACCES, ENOSYS, EOPNOTSUPP: as `keepAttributes` takes them. */
const HAS_NONE = new Set([13, 38, 95]);

/** The kernel takes paths up to this length, its end included. */
const PATH_MAX = 4096;
const path = Buffer.allocUnsafeSlow(PATH_MAX);
const NO_NAME = Buffer.from('\0');

/** A name as the kernel takes it; good until the next one. */
function asPath(name: string): Buffer {
  if (name.length >= PATH_MAX) return Buffer.from(`${name}\0`, 'latin1');
  path[path.write(name, 0, 'latin1')] = 0;
  return path;
}

/** One `struct statx`, the same on every architecture; see statx(2). */
const statxBytes = Buffer.allocUnsafeSlow(256);
const words = new Uint32Array(statxBytes.buffer);
const longs = new BigInt64Array(statxBytes.buffer);

function factsFromStatx(): Facts {
  const [major, minor] = [word(34), word(35)];
  return new Facts(
    // As `makedev` puts them together, which is what `fs` tells.
    ((major & 0xfffff000) | (minor >>> 20)) >>> 0,
    (((major & 0xfff) << 8) | (minor & 0xff) | ((minor & 0xfff00) << 12)) >>> 0,
    word(9),
    word(8),
    word(7) & 0xffff,
    word(4),
    word(5),
    word(6),
    long(10),
    long(12),
    time(16),
    word(18),
    time(28),
    word(30),
    time(24),
    word(26),
  );
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
