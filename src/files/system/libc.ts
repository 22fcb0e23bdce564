import { createRequire } from 'node:module';
import { getSystemErrorMap, getSystemErrorName } from 'node:util';
import { HAS_DESCRIPTOR_PATHS } from './descriptor-paths.js';

/**
 * A function of the C library. Paths and names end with a zero byte; memory is given as a buffer, or by its address,
 * which is quicker.
 */
export type LibcFunction = (...args: readonly LibcArgument[]) => number;
/** The same, made in one of Node's threads. What went wrong there cannot be asked for here. */
export type WaitingFunction = (...args: readonly LibcArgument[]) => Promise<number>;
type LibcArgument = number | bigint | ArrayBufferView | null | string;

/** The C library of 64-bit Linux: calls that Node does not offer, and some that it makes at a higher price. */
export interface Libc {
  /** @throws where the library has no such function */
  bind(name: string, result: 'int' | 'int64_t', parameters: readonly string[]): LibcFunction;
  bindWaiting(name: string, result: 'int' | 'int64_t', parameters: readonly string[]): WaitingFunction;
  /** Where bytes lie in memory: they stay there as long as the view lives. */
  addressOf(memory: ArrayBufferView): bigint;
  /** Of the call before, which returned -1. */
  errno(): number;
}

/** The library, or undefined where it cannot be reached; loaded when it is first asked for. */
export function libc(): Libc | undefined {
  loaded ??= { libc: load() };
  return loaded.libc;
}

/**
 * Has koffi keep memory for the calls that wait: making it takes as long as the call. Only for a process that is ours
 * alone, and before anything else here: a caller that uses koffi, too, shares its settings.
 */
export function keepMemoryForWaiting(): void {
  try {
    loadKoffi().config({ resident_async_pools: MOST_UNDER_WAY });
  } catch {
    // koffi is optional, and calls that wait only cost more without this.
  }
}

let loaded: { libc: Libc | undefined } | undefined;

/** Those whose layouts and numbers are the ones that the calls of this folder are written for. */
const ARCHITECTURES = new Set(['x64', 'arm64', 'riscv64', 'loong64']);

function load(): Libc | undefined {
  // Without `/proc`, as in some chroots, nothing that these calls open could be named to Node's.
  if (!HAS_DESCRIPTOR_PATHS || !ARCHITECTURES.has(process.arch)) return undefined;
  try {
    const koffi = loadKoffi();
    const library = koffi.load(null);
    return {
      bind: (name, result, parameters) => library.func(name, result, [...parameters]),
      bindWaiting: (name, result, parameters) => waiting(library.func(name, result, [...parameters])),
      addressOf: buffer => koffi.address(buffer),
      errno: () => koffi.errno(),
    };
  } catch {
    // An optional dependency: not installed, or not made for this platform.
    return undefined;
  }
}

/** Of koffi's native part, what is used here; the part in JavaScript before it adds nothing to that. */
interface Koffi {
  config(settings: Readonly<Record<string, number>>): void;
  load(path: null): { func(name: string, result: string, parameters: string[]): KoffiFunction };
  address(memory: ArrayBufferView): bigint;
  errno(): number;
}

interface KoffiFunction extends LibcFunction {
  async(...args: [...args: LibcArgument[], done: (error: Error | null, result: number) => void]): void;
}

let underWay = 0;
const held: (() => void)[] = [];

function waiting(call: KoffiFunction): WaitingFunction {
  return (...args) =>
    new Promise((resolve, reject) => {
      const begin = () => {
        try {
          call.async(...args, (error, result) => {
            underWay -= 1;
            held.shift()?.();
            if (error === null) resolve(result);
            else reject(error);
          });
          underWay += 1;
        } catch (error) {
          reject(error);
        }
      };
      if (underWay < MOST_UNDER_WAY) begin();
      else held.push(begin);
    });
}

/** More bring little where a call takes a millisecond, and koffi would keep more memory. */
const MOST_UNDER_WAY = 16;

/** The native part alone is installed: it needs no install script, which package managers warn of or refuse. */
function loadKoffi(): Koffi {
  const require = createRequire(import.meta.url);
  const koffi = `@koromix/koffi-linux-${process.arch}`;
  try {
    // Its own search, for the C library in use, takes a worker longer than to load this.
    return require(`${koffi}/linux_${process.arch}/koffi.node`) as Koffi;
  } catch {
    // Another C library (musl), or another folder (riscv64 has its float ABI in the name).
    return require(koffi) as Koffi;
  }
}

/** What says that a file system has no attributes: ENOSYS, EOPNOTSUPP. */
export const NO_ATTRIBUTES_ERRNOS: ReadonlySet<number> = new Set([38, 95]);

/** An error as `fs` throws it, with its words and `code`. */
export function systemError(errno: number, syscall: string): Error {
  const code = getSystemErrorName(-errno);
  const [, words] = getSystemErrorMap().get(-errno) ?? [];
  return Object.assign(new Error(`${code}: ${words ?? code}, ${syscall}`), { code, errno: -errno, syscall });
}

/** A name or path as a C string. */
export function cString(bytes: string): Buffer {
  return Buffer.from(`${bytes}\0`, 'latin1');
}

/** For calls that take an open descriptor in place of a name. */
export const NO_NAME = Buffer.from('\0');
export const STATX_BASIC_STATS = 0x7ff;
export const O_CLOEXEC = 0o2000000;
export const AT_EMPTY_PATH = 0x1000;
