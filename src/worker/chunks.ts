import { readvSync, writevSync } from 'node:fs';
import { EntryError } from '../common/failure.js';

/**
 * The buffers through which content moves: each is one chunk, and many travel in one `readv` or `writev`.
 * All chunks lie side by side in one slab of memory, so that content is also at hand as one piece.
 */
export class Chunks {
  readonly slab: Buffer;
  readonly #chunkSize: number;
  /** `#lists[n]` holds the first n chunks: made once, nothing is cut in the copy loop. */
  readonly #lists: Buffer[][];

  /** @param chunkSize in bytes */
  constructor(chunkSize: number) {
    const count = Math.min(Math.max(Math.floor(SLAB_BYTES / chunkSize), 1), MOST_CHUNKS);
    this.#chunkSize = chunkSize;
    this.slab = Buffer.allocUnsafeSlow(chunkSize * count);
    const chunks = Array.from({ length: count }, (_, n) => this.#cut(n * chunkSize, (n + 1) * chunkSize));
    this.#lists = Array.from({ length: count + 1 }, (_, n) => chunks.slice(0, n));
  }

  /**
   * One `readv` at `position`, of as many chunks as `wanted` bytes take (all at most).
   * @returns the bytes read; 0 at the end of the file
   */
  read(descriptor: number, position: number, wanted: number): number {
    const chunks = Math.min(Math.ceil(wanted / this.#chunkSize), this.#lists.length - 1);
    return readvSync(descriptor, this.#list(chunks), position);
  }

  /** Writes the slab's bytes from `start` to `end` at `position`, in as many `writev` as the kernel asks for. */
  write(descriptor: number, position: number, start: number, end: number): void {
    let from = start;
    while (from < end) {
      const written = writevSync(descriptor, this.#pieces(from, end), position + from - start);
      if (written === 0) throw new EntryError('EIO', 'the system takes nothing more and does not say why');
      from += written;
    }
  }

  #pieces(start: number, end: number): Buffer[] {
    if (start === 0) {
      const whole = Math.floor(end / this.#chunkSize);
      const rest = end - whole * this.#chunkSize;
      if (rest === 0) return this.#list(whole);
      return [...this.#list(whole), this.#cut(end - rest, end)];
    }
    const pieces: Buffer[] = [];
    for (let from = start; from < end; ) {
      const to = Math.min(from - (from % this.#chunkSize) + this.#chunkSize, end);
      pieces.push(this.#cut(from, to));
      from = to;
    }
    return pieces;
  }

  #list(count: number): Buffer[] {
    return this.#lists[count] ?? [];
  }

  #cut(start: number, end: number): Buffer {
    return this.slab.subarray(start, end);
  }
}

/** Chunks in one call. Measured at 1024 bytes a chunk: 16 give 1,050 MB/s, 64 give 1,500, more give no more. */
const MOST_CHUNKS = 64;
/** Bytes in one call at most, which bounds a worker's memory where chunks are large. */
const SLAB_BYTES = 256 * 1024;
