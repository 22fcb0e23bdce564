import type { Vectors } from './entry-calls.js';
import type { Libc, LibcFunction } from './libc.js';

/**
 * Chunks as a list of `struct iovec` that is made once: each is an address and a length. A call takes as many
 * of them as it needs; only where content begins or ends within a chunk are that chunk's numbers changed.
 */
export class LibcVectors implements Vectors {
  readonly #preadv: LibcFunction;
  readonly #pwritev: LibcFunction;
  readonly #throwUnlessInterrupted: (syscall: string) => void;
  readonly #chunkSize: number;
  /** Where the chunks begin. */
  readonly #address: bigint;
  readonly #list: BigUint64Array;
  /** Where the list begins: calls are given this number, which costs them less than the list itself. */
  readonly #listAddress: number;
  /** The lower halves of the same numbers: lengths fit there, and cost less to write. */
  readonly #words: Uint32Array;

  constructor(
    library: Libc,
    slab: Buffer,
    chunkSize: number,
    throwUnlessInterrupted: (syscall: string) => void,
  ) {
    this.#preadv = library.bind('preadv', 'int64_t', ['int', 'int64_t', 'int', 'int64_t']);
    this.#pwritev = library.bind('pwritev', 'int64_t', ['int', 'int64_t', 'int', 'int64_t']);
    this.#throwUnlessInterrupted = throwUnlessInterrupted;
    this.#chunkSize = chunkSize;
    this.#address = library.addressOf(slab);
    const chunks = slab.length / chunkSize;
    const list = Buffer.allocUnsafeSlow(chunks * IOVEC_BYTES);
    this.#list = new BigUint64Array(list.buffer);
    this.#listAddress = Number(library.addressOf(list));
    this.#words = new Uint32Array(this.#list.buffer);
    for (let chunk = 0; chunk < chunks; chunk += 1) this.#point(chunk, chunk * chunkSize, chunkSize);
  }

  read(descriptor: number, chunks: number, position: number): number {
    for (;;) {
      const bytes = Number(this.#preadv(descriptor, this.#listAddress, chunks, position));
      if (bytes >= 0) return bytes;
      this.#throwUnlessInterrupted('preadv');
    }
  }

  write(descriptor: number, start: number, end: number, position: number): number {
    const size = this.#chunkSize;
    if (start > 0) return this.#writePart(descriptor, start, end, position);
    const chunks = Math.ceil(end / size);
    const rest = end % size;
    const last = (chunks - 1) * WORDS_A_CHUNK + LENGTH_WORD;
    if (rest > 0) this.#words[last] = rest;
    try {
      return this.#pwrite(descriptor, 0, chunks, position);
    } finally {
      if (rest > 0) this.#words[last] = size;
    }
  }

  /** Goes on within a chunk, where a call before took only a part. */
  #writePart(descriptor: number, start: number, end: number, position: number): number {
    const size = this.#chunkSize;
    const first = Math.floor(start / size);
    const chunks = Math.ceil(end / size) - first;
    this.#point(first, start, Math.min((first + 1) * size, end) - start);
    const last = first + chunks - 1;
    if (last > first) this.#point(last, last * size, end - last * size);
    try {
      return this.#pwrite(descriptor, first, chunks, position);
    } finally {
      this.#point(first, first * size, size);
      this.#point(last, last * size, size);
    }
  }

  #pwrite(descriptor: number, first: number, chunks: number, position: number): number {
    const list = this.#listAddress + first * IOVEC_BYTES;
    for (;;) {
      const bytes = Number(this.#pwritev(descriptor, list, chunks, position));
      if (bytes >= 0) return bytes;
      this.#throwUnlessInterrupted('pwritev');
    }
  }

  #point(chunk: number, offset: number, length: number): void {
    this.#list[chunk * 2] = this.#address + BigInt(offset);
    this.#list[chunk * 2 + 1] = BigInt(length);
  }
}

const IOVEC_BYTES = 16;
const WORDS_A_CHUNK = 4;
const LENGTH_WORD = 2;
