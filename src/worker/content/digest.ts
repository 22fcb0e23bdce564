import { createHash } from 'node:crypto';
import { step } from '../../files/failure.js';
import type { Pace } from './pace.js';
import type { Steps } from './steps.js';

/** SHA-256 of content, fed with it piece by piece in its order. */
export class Digest {
  readonly #hash = createHash('sha256');
  #end = 0;

  /** @param position where the bytes stand in the file; what was left out before them is a hole, so zeros */
  add(bytes: Buffer, position: number): void {
    this.#addZeros(position - this.#end);
    this.#hash.update(bytes);
    this.#end = position + bytes.length;
  }

  /** @param size of the whole file. @returns hexadecimal */
  end(size: number): string {
    this.#addZeros(size - this.#end);
    return this.#hash.digest('hex');
  }

  #addZeros(count: number): void {
    for (let left = count; left > 0; left -= ZEROS.length) {
      this.#hash.update(left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS);
    }
  }
}

const ZEROS = Buffer.alloc(1024 * 1024);

/** The digest of an open file, read from its start to its end, or of its first `size` bytes. */
export function* digestOf(pace: Pace, descriptor: number, size = Number.MAX_SAFE_INTEGER): Steps<string> {
  const { chunks } = pace;
  const digest = new Digest();
  let position = 0;
  while (position < size) {
    const wanted = size - position;
    const read = step('cannot be read back', () => chunks.read(descriptor, position, wanted));
    if (read === 0) break;
    // Chunks are read whole, so that more than was wanted can have come.
    const bytes = Math.min(read, wanted);
    digest.add(chunks.slab.subarray(0, bytes), position);
    position += bytes;
    const breath = pace.breathe();
    if (breath !== undefined) yield breath;
  }
  return digest.end(position);
}
