import type { Chunks } from './chunks.js';
import type { ToldHoles } from './told-holes.js';

/** What moving content needs of its worker: buffers, and what to do between two pieces. */
export interface Pace {
  readonly chunks: Chunks;
  /** For the second of two files that are read side by side. */
  readonly otherChunks: Chunks;
  readonly holes: ToldHoles;
  /** Where there is a ceiling: waits until the pool's budget has room for so many bytes. */
  pay(bytes: number): Promise<void> | undefined;
  /** So many bytes have been copied or compared. */
  copied(bytes: number): void;
  /** Reports now and then, which also lets signals in. */
  breathe(): Promise<void> | undefined;
}
