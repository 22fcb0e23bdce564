import { Statx } from './kernel-structs.js';
import { cString, type Libc, libc, NO_ATTRIBUTES_ERRNOS, systemError } from './libc.js';

/**
 * Calls of the C library that Node does not offer. Errors are thrown as `fs` throws them, with `code`.
 * Names of attributes are bytes, as paths are.
 */
export interface PlatformCalls {
  /** Where the next data begins at or behind `offset`; undefined where only a hole follows. */
  nextData(descriptor: number, offset: number): number | undefined;
  /** Where the next hole begins at or behind `offset`; the end of the file counts as one. */
  nextHole(descriptor: number, offset: number): number;
  makeFifo(path: string, mode: number): void;
  /** `ioctl(FICLONE)`: the target shares all blocks of the source. */
  clone(source: number, target: number): void;
  /** Whether a folder takes new names and lets none go: `chattr +a`. */
  isAppendOnly(path: string): boolean;
  /** `posix_fadvise(DONTNEED)`: what is read next comes from the disk, once the file has been synced. */
  dropCache(descriptor: number): void;
  /** Whether there are any: the quick question that most entries answer with no. */
  hasAttributesAt(path: string): boolean;
  /** The extended attributes of what stands at `path`; a link is followed only in the form `/proc/self/fd/N`. */
  attributes(path: string): string[];
  attribute(path: string, name: string): Buffer;
  setAttribute(path: string, name: string, value: Buffer): void;
  removeAttribute(path: string, name: string): void;
}

/** The calls, or undefined where they cannot be reached; loaded when they are first asked for. */
export function platformCalls(): PlatformCalls | undefined {
  const library = libc();
  loaded ??= { calls: library && bind(library) };
  return loaded.calls;
}

let loaded: { calls: PlatformCalls | undefined } | undefined;

const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const POSIX_FADV_DONTNEED = 4;
const AT_FDCWD = -100;
const FICLONE = 0x40049409;
const ENXIO = 'ENXIO';

function bind({ bind, errno }: Libc): PlatformCalls {
  const lseek = bind('lseek', 'int64_t', ['int', 'int64_t', 'int']);
  const mkfifo = bind('mkfifo', 'int', ['void *', 'uint32_t']);
  const ioctl = bind('ioctl', 'int', ['int', 'unsigned long', '...']);
  const statx = bind('statx', 'int', ['int', 'void *', 'int', 'uint32_t', 'void *']);
  const fadvise = bind('posix_fadvise', 'int', ['int', 'int64_t', 'int64_t', 'int']);
  const llistxattr = bind('llistxattr', 'int64_t', ['void *', 'void *', 'size_t']);
  const lgetxattr = bind('lgetxattr', 'int64_t', ['void *', 'void *', 'void *', 'size_t']);
  const listxattr = bind('listxattr', 'int64_t', ['void *', 'void *', 'size_t']);
  const getxattr = bind('getxattr', 'int64_t', ['void *', 'void *', 'void *', 'size_t']);
  const lsetxattr = bind('lsetxattr', 'int', ['void *', 'void *', 'void *', 'size_t', 'int']);
  const setxattr = bind('setxattr', 'int', ['void *', 'void *', 'void *', 'size_t', 'int']);
  const lremovexattr = bind('lremovexattr', 'int', ['void *', 'void *']);
  const removexattr = bind('removexattr', 'int', ['void *', 'void *']);

  const check = (result: number, syscall: string): number => {
    if (result < 0) throw systemError(errno(), syscall);
    return Number(result);
  };

  return {
    nextData(descriptor, offset) {
      try {
        return check(lseek(descriptor, offset, SEEK_DATA), 'lseek');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === ENXIO) return undefined;
        throw error;
      }
    },
    nextHole: (descriptor, offset) => check(lseek(descriptor, offset, SEEK_HOLE), 'lseek'),
    makeFifo: (path, mode) => void check(mkfifo(cString(path), mode), 'mkfifo'),
    clone: (source, target) => void check(ioctl(target, FICLONE, 'int', source), 'ioctl'),
    isAppendOnly(path) {
      const found = new Statx();
      return statx(AT_FDCWD, cString(path), 0, 0, found.bytes) >= 0 && found.isAppendOnly;
    },
    dropCache: descriptor => void fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED),
    hasAttributesAt(path) {
      const bytes = (isDescriptor(path) ? listxattr : llistxattr)(cString(path), null, 0);
      // What cannot be asked for another reason comes to light when they are read.
      return bytes > 0 || (bytes < 0 && !NO_ATTRIBUTES_ERRNOS.has(errno()));
    },
    attributes(path) {
      const list = isDescriptor(path) ? listxattr : llistxattr;
      const names = readWhole(buffer => check(list(cString(path), buffer, buffer.length), 'listxattr'));
      return names.toString('latin1').split('\0').slice(0, -1);
    },
    attribute(path, name) {
      const get = isDescriptor(path) ? getxattr : lgetxattr;
      return readWhole(value => check(get(cString(path), cString(name), value, value.length), 'getxattr'));
    },
    setAttribute(path, name, value) {
      const set = isDescriptor(path) ? setxattr : lsetxattr;
      check(set(cString(path), cString(name), value, value.length, 0), 'setxattr');
    },
    removeAttribute(path, name) {
      const remove = isDescriptor(path) ? removexattr : lremovexattr;
      check(remove(cString(path), cString(name)), 'removexattr');
    },
  };
}

/** An open file or folder under its `/proc` name, a link that has to be followed. */
function isDescriptor(path: string): boolean {
  return /^\/proc\/self\/fd\/\d+$/.test(path);
}

/** Attribute lists and values are at most 64 KiB (`XATTR_LIST_MAX`, `XATTR_SIZE_MAX`). */
const ATTRIBUTE_BYTES = 64 * 1024;
const attributeBuffer = Buffer.allocUnsafeSlow(ATTRIBUTE_BYTES);

function readWhole(read: (buffer: Buffer) => number): Buffer {
  return Buffer.from(attributeBuffer.subarray(0, read(attributeBuffer)));
}
