import { libc, systemError } from '../../src/files/system/libc.js';
import { platformCalls } from '../../src/files/system/platform-calls.js';

/** Calls that Node does not offer, by paths of any bytes and in this process; a link is never followed. */
export interface TreeCalls {
  makeFifo(path: Buffer): void;
  makeSocket(path: Buffer): void;
  /** with the numbers of `/dev/null`; only root may */
  makeDevice(path: Buffer): void;
  /** in nanoseconds since 1970 */
  setTimes(path: Buffer, atime: bigint, mtime: bigint): void;
  setAttribute(path: Buffer, name: string, value: Buffer): void;
  /** Names, as latin1, with their values. */
  attributes(path: Buffer): Map<string, Buffer>;
}

/** Bound when they are first asked for. */
export function treeCalls(): TreeCalls {
  bound ??= bind();
  return bound;
}

let bound: TreeCalls | undefined;

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const S_IFSOCK = 0o140000;
const S_IFCHR = 0o020000;
const DEV_NULL = 0x103;
/** By number: before glibc 2.33 the call has no name of its own. */
const SYS_MKNODAT = process.arch === 'x64' ? 259 : 33;

function bind(): TreeCalls {
  const library = libc();
  const platform = platformCalls();
  if (!library || !platform) throw new Error('trees with metadata are made through koffi: is it installed?');
  const utimensat = library.bind('utimensat', 'int', ['int', 'void *', 'void *', 'int']);
  const syscall = library.bind('syscall', 'int64_t', ['int64_t', '...']);
  const check = (result: number, name: string): void => {
    if (result < 0) throw systemError(library.errno(), name);
  };
  const makeNode = (path: Buffer, mode: number, device: number): void => {
    const given = ['int', AT_FDCWD, 'void *', cPath(path), 'uint32_t', mode, 'uint32_t', device];
    check(syscall(SYS_MKNODAT, ...given), 'mknod');
  };
  return {
    makeFifo: path => platform.makeFifo(path.toString('latin1'), 0o644),
    makeSocket: path => makeNode(path, S_IFSOCK | 0o644, 0),
    makeDevice: path => makeNode(path, S_IFCHR | 0o644, DEV_NULL),
    setTimes(path, atime, mtime) {
      const times = new BigInt64Array([...secondsAndRest(atime), ...secondsAndRest(mtime)]);
      check(utimensat(AT_FDCWD, cPath(path), times, AT_SYMLINK_NOFOLLOW), 'utimensat');
    },
    setAttribute: (path, name, value) => platform.setAttribute(path.toString('latin1'), name, value),
    attributes(path) {
      const at = path.toString('latin1');
      return new Map(platform.attributes(at).map(name => [name, platform.attribute(at, name)]));
    },
  };
}

const cPath = (path: Buffer): Buffer => Buffer.concat([path, Buffer.of(0)]);

const SECOND = 1_000_000_000n;

/** A `struct timespec`: the rest is never negative. */
function secondsAndRest(nanoseconds: bigint): [seconds: bigint, rest: bigint] {
  const rest = ((nanoseconds % SECOND) + SECOND) % SECOND;
  return [(nanoseconds - rest) / SECOND, rest];
}
