import { constants, openSync, statSync } from 'node:fs';
import { codeOf, EntryError } from '../../files/failure.js';

/** Opens a file for writing at its end, and makes it where it is missing. */
export function openToWrite(path: string | Buffer): number {
  return openSync(path, AT_END | constants.O_CREAT, 0o666);
}

/** Whether it is a FIFO, or a pipe as `/dev/fd` has it. */
export function isFifo(path: string | Buffer): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;
}

/**
 * Opens it for writing; one that nobody reads would hold us for ever.
 * @returns a descriptor whose writes do not wait
 * @throws {EntryError} where nobody reads it
 */
export function openFifo(path: string | Buffer): number {
  try {
    return openSync(path, AT_END | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) !== 'ENXIO') throw error;
    throw new EntryError('ENXIO', 'nothing reads from this FIFO; start its reader first', { cause: error });
  }
}

const AT_END = constants.O_WRONLY | constants.O_APPEND;
