import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';

/**
 * Calls of the C library that Node does not offer. Errors are thrown as `fs` throws them, with `code`.
 * Names of attributes are bytes, as paths are.
 */
export interface PlatformCalls {
  /** `futimens`: times in nanoseconds, also before 1970. */
  setTimes(descriptor: number, atimeNs: bigint, mtimeNs: bigint): void;
  /** `utimensat` that follows no link in the last place. */
  setTimesOf(path: string, atimeNs: bigint, mtimeNs: bigint): void;
  /** Where the next data begins at or behind `offset`; undefined where only a hole follows. */
  nextData(descriptor: number, offset: number): number | undefined;
  /** Where the next hole begins at or behind `offset`; the end of the file counts as one. */
  nextHole(descriptor: number, offset: number): number;
  makeFifo(path: string, mode: number): void;
  /** `ioctl(FICLONE)`: the target shares all blocks of the source. */
  clone(source: number, target: number): void;
  /** `posix_fadvise(DONTNEED)`: what is read next comes from the disk, once the file has been synced. */
  dropCache(descriptor: number): void;
  /** Whether an open file has extended attributes: the quick question that most files answer with no. */
  hasAttributes(descriptor: number): boolean;
  /** The extended attributes of what stands at `path`; a link is followed only in the form `/proc/self/fd/N`. */
  attributes(path: string): string[];
  attribute(path: string, name: string): Buffer;
  setAttribute(path: string, name: string, value: Buffer): void;
  removeAttribute(path: string, name: string): void;
}

/** The calls, or undefined where they cannot be reached; loaded when they are first asked for. */
export function platformCalls(): PlatformCalls | undefined {
  loaded ??= { calls: load() };
  return loaded.calls;
}

let loaded: { calls: PlatformCalls | undefined } | undefined;

/** The layouts and numbers below are those of 64-bit Linux. */
const ARCHITECTURES = new Set(['x64', 'arm64', 'riscv64', 'loong64']);
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const POSIX_FADV_DONTNEED = 4;
const FICLONE = 0x40049409;
const ENXIO = 'ENXIO';

function load(): PlatformCalls | undefined {
  if (process.platform !== 'linux' || !ARCHITECTURES.has(process.arch)) return undefined;
  try {
    return bind(loadKoffi());
  } catch {
    // An optional dependency: not installed, or not made for this platform.
    return undefined;
  }
}

type Koffi = typeof import('koffi');

/** Koffi searches for its native part, which takes a worker a quarter of its start: this knows where it stands. */
function loadKoffi(): Koffi {
  const require = createRequire(import.meta.url);
  try {
    const fromKoffi = createRequire(require.resolve('koffi'));
    return fromKoffi(`@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`) as Koffi;
  } catch {
    // Another C library, or a layout that is not known here.
    return require('koffi') as Koffi;
  }
}

function bind(koffi: Koffi): PlatformCalls {
  const libc = koffi.load(null);
  const futimens = libc.func('futimens', 'int', ['int', 'void *']);
  const utimensat = libc.func('utimensat', 'int', ['int', 'void *', 'void *', 'int']);
  const lseek = libc.func('lseek', 'int64_t', ['int', 'int64_t', 'int']);
  const mkfifo = libc.func('mkfifo', 'int', ['void *', 'uint32_t']);
  const ioctl = libc.func('ioctl', 'int', ['int', 'unsigned long', '...']);
  const fadvise = libc.func('posix_fadvise', 'int', ['int', 'int64_t', 'int64_t', 'int']);
  const flistxattr = libc.func('flistxattr', 'int64_t', ['int', 'void *', 'size_t']);
  const llistxattr = libc.func('llistxattr', 'int64_t', ['void *', 'void *', 'size_t']);
  const lgetxattr = libc.func('lgetxattr', 'int64_t', ['void *', 'void *', 'void *', 'size_t']);
  const listxattr = libc.func('listxattr', 'int64_t', ['void *', 'void *', 'size_t']);
  const getxattr = libc.func('getxattr', 'int64_t', ['void *', 'void *', 'void *', 'size_t']);
  const lsetxattr = libc.func('lsetxattr', 'int', ['void *', 'void *', 'void *', 'size_t', 'int']);
  const setxattr = libc.func('setxattr', 'int', ['void *', 'void *', 'void *', 'size_t', 'int']);
  const lremovexattr = libc.func('lremovexattr', 'int', ['void *', 'void *']);
  const removexattr = libc.func('removexattr', 'int', ['void *', 'void *']);

  const times = new BigInt64Array(4);
  const fillTimes = (atimeNs: bigint, mtimeNs: bigint) => {
    [times[0], times[1]] = timespec(atimeNs);
    [times[2], times[3]] = timespec(mtimeNs);
    return times;
  };
  const check = <T extends number | bigint>(result: T, syscall: string): T => {
    if (result < 0) throw systemError(koffi.errno(), syscall);
    return result;
  };
  const size = (result: number | bigint, syscall: string) => Number(check(result, syscall));

  return {
    setTimes: (descriptor, atimeNs, mtimeNs) =>
      void check(futimens(descriptor, fillTimes(atimeNs, mtimeNs)), 'futimens'),
    setTimesOf: (path, atimeNs, mtimeNs) =>
      void check(
        utimensat(AT_FDCWD, cString(path), fillTimes(atimeNs, mtimeNs), AT_SYMLINK_NOFOLLOW),
        'utimensat',
      ),
    nextData(descriptor, offset) {
      try {
        return size(lseek(descriptor, offset, SEEK_DATA), 'lseek');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === ENXIO) return undefined;
        throw error;
      }
    },
    nextHole: (descriptor, offset) => size(lseek(descriptor, offset, SEEK_HOLE), 'lseek'),
    makeFifo: (path, mode) => void check(mkfifo(cString(path), mode), 'mkfifo'),
    clone: (source, target) => void check(ioctl(target, FICLONE, 'int', source), 'ioctl'),
    dropCache: descriptor => void fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED),
    hasAttributes: descriptor => flistxattr(descriptor, null, 0) > 0,
    attributes(path) {
      const list = isDescriptor(path) ? listxattr : llistxattr;
      const names = readWhole(buffer => size(list(cString(path), buffer, buffer.length), 'listxattr'));
      return names.toString('latin1').split('\0').slice(0, -1);
    },
    attribute(path, name) {
      const get = isDescriptor(path) ? getxattr : lgetxattr;
      return readWhole(value => size(get(cString(path), cString(name), value, value.length), 'getxattr'));
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

/** Seconds and nanoseconds; the second are never negative, before 1970 neither. */
function timespec(timeNs: bigint): [seconds: bigint, nanoseconds: bigint] {
  const nanoseconds = ((timeNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return [(timeNs - nanoseconds) / 1_000_000_000n, nanoseconds];
}

function cString(bytes: string): Buffer {
  return Buffer.from(`${bytes}\0`, 'latin1');
}

/** Attribute lists and values are at most 64 KiB (`XATTR_LIST_MAX`, `XATTR_SIZE_MAX`). */
const ATTRIBUTE_BYTES = 64 * 1024;
const attributeBuffer = Buffer.allocUnsafeSlow(ATTRIBUTE_BYTES);

function readWhole(read: (buffer: Buffer) => number): Buffer {
  return Buffer.from(attributeBuffer.subarray(0, read(attributeBuffer)));
}

function systemError(errno: number, syscall: string): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${code}: ${syscall}`), { code, errno: -errno, syscall });
}
