import type { Batch } from '../../protocol/messages.js';

/**
 * Chooses among rows of a batch the one to begin: that whose turn it is, or else the first in the folder with the fewest
 * under way.
 * @param rows in their order
 * @param underWay how many each folder of the batch has
 * @returns its place among them; undefined where none may be begun
 */
export function nextToBegin(
  rows: readonly number[],
  { turn, end, folderOf }: Among,
  underWay: Uint8Array,
  mayBegin: (row: number) => boolean,
): number | undefined {
  let next: number | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const [at, row] of rows.entries()) {
    if (row >= end || fewest === 0) break;
    const count = row === turn ? 0 : (underWay[folderOf[row] ?? 0] ?? 0);
    if (count < fewest && mayBegin(row)) [next, fewest] = [at, count];
  }
  return next;
}

interface Among {
  /** The row whose turn it is. */
  readonly turn: number;
  /** None from here on. */
  readonly end: number;
  readonly folderOf: Batch['folderOf'];
}
