import type { Facts } from '../facts.js';
import type { Times } from './entry-calls.js';

// Memory that the kernel's calls read and write, with what is in it as numbers.

/** The memory of a `struct statx`, the same on every architecture, and what the last call has brought; see statx(2). */
export class Statx implements Facts {
  readonly bytes = Buffer.allocUnsafeSlow(256);
  readonly #words = new Uint32Array(this.bytes.buffer);

  // As `makedev` puts them together, which is what `fs` tells.
  get deviceHigh(): number {
    return ((at(this.#words, 34) & 0xfffff000) | (at(this.#words, 35) >>> 20)) >>> 0;
  }

  get deviceLow(): number {
    const minor = at(this.#words, 35);
    return (((at(this.#words, 34) & 0xfff) << 8) | (minor & 0xff) | ((minor & 0xfff00) << 12)) >>> 0;
  }

  get inodeHigh(): number {
    return at(this.#words, 9);
  }

  get inodeLow(): number {
    return at(this.#words, 8);
  }

  get isAppendOnly(): boolean {
    return (at(this.#words, 2) & STATX_ATTR_APPEND) !== 0;
  }

  get mode(): number {
    return at(this.#words, 7) & 0xffff;
  }

  get nlink(): number {
    return at(this.#words, 4);
  }

  get uid(): number {
    return at(this.#words, 5);
  }

  get gid(): number {
    return at(this.#words, 6);
  }

  get size(): number {
    return long(this.#words, 10);
  }

  get blocks(): number {
    return long(this.#words, 12);
  }

  get atime(): number {
    return seconds(this.#words, 16);
  }

  get atimeNs(): number {
    return at(this.#words, 18);
  }

  get mtime(): number {
    return seconds(this.#words, 28);
  }

  get mtimeNs(): number {
    return at(this.#words, 30);
  }

  get ctime(): number {
    return seconds(this.#words, 24);
  }

  get ctimeNs(): number {
    return at(this.#words, 26);
  }
}

const STATX_ATTR_APPEND = 0x20;

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** An unsigned 64-bit number that is not an identity: exact up to 2^53. */
function long(words: Uint32Array, index: number): number {
  return at(words, index) + at(words, index + 1) * 2 ** 32;
}

/** Before 1970 they are negative. */
function seconds(words: Uint32Array, index: number): number {
  return at(words, index) + (at(words, index + 1) | 0) * 2 ** 32;
}

/** Two times as two `struct timespec`: of each a 64-bit number of seconds and one of nanoseconds, the lower half first. */
export class TimeSpecs {
  readonly bytes = Buffer.allocUnsafeSlow(32);
  readonly #words = new Uint32Array(this.bytes.buffer);

  set({ atime, atimeNs, mtime, mtimeNs }: Times): void {
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
