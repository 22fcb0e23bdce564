import { EntryError } from '../../files/failure.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { Vectors } from '../../files/system/entry-calls.js';

/**
 * The buffers through which content moves: each is one chunk, and many travel in one call. All chunks lie side
 * by side in one slab of memory, so that content is also at hand as one piece.
 */
export class Chunks {
  readonly slab: Buffer;
  /** Of one chunk, in bytes. */
  readonly chunkSize: number;
  readonly #count: number;
  readonly #vectors: Vectors;

  /**
   * @param chunkSize in bytes
   * @param isThrottled whether content has to be paid for: it then moves in small steps, so that it moves evenly
   */
  constructor(chunkSize: number, isThrottled: boolean) {
    this.chunkSize = chunkSize;
    const most = isThrottled ? THROTTLED : UNTHROTTLED;
    this.#count = Math.min(Math.max(Math.floor(most.bytes / chunkSize), 1), most.chunks);
    this.slab = Buffer.allocUnsafeSlow(chunkSize * this.#count);
    this.#vectors = entryCalls().vectors(this.slab, chunkSize);
  }

  /** Bytes that travel in one call, at most. */
  get size(): number {
    return this.slab.length;
  }

  /**
   * One `preadv` at `position`, of as many chunks as `wanted` bytes take (all at most).
   * @returns the bytes read; 0 at the end of the file
   */
  read(descriptor: number, position: number, wanted: number): number {
    const chunks = Math.min(Math.ceil(wanted / this.chunkSize), this.#count);
    return this.#vectors.read(descriptor, chunks, position);
  }

  /** Writes the slab's first `bytes` at `position`, in as many `pwritev` as the kernel asks for. */
  write(descriptor: number, position: number, bytes: number): void {
    for (let from = 0; from < bytes; ) {
      const written = this.#vectors.write(descriptor, from, bytes, position + from);
      if (written === 0) throw new EntryError('EIO', 'the system takes nothing more and does not say why');
      from += written;
    }
  }
}

/**
 * What travels in one call at most; the bytes bound a worker's memory where chunks are large. Measured at 1024 bytes a
 * chunk, processor time for a GiB in memory: 64 take 0.40 s, 256 0.35, 512 0.33; 1,024, the most that the kernel takes,
 * 0.32, which is within the noise.
 */
const UNTHROTTLED = { chunks: 512, bytes: 512 * 1024 };
/** At 100 KiB a second 64 chunks are steps of two thirds of a second: more would make the bar jump. */
const THROTTLED = { chunks: 64, bytes: 256 * 1024 };
