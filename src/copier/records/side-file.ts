import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  realpathSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { bytePath, readable } from '../../files/byte-path.js';
import { type Failure, failureOf } from '../../files/failure.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import { refusal } from '../report/errors.js';
import { openToWrite } from './open-to-write.js';

/**
 * A file of records that a run writes beside the copy, buffered. Where it cannot be written any more, it ends with its
 * last whole record, and the run goes on without it.
 */
export class SideFile {
  readonly #path: string | Buffer;
  readonly #kind: SideFileKind;
  readonly #isNew: boolean;
  #descriptor: number;
  #buffer = '';
  #isLost = false;
  #onLost: (failure: Failure) => void = () => {};

  /** @throws {RefusedError} where it cannot be made; what it held stays until `start` */
  constructor(path: string | Buffer, kind: SideFileKind) {
    this.#path = path;
    this.#kind = kind;
    this.#isNew = !existsSync(path);
    this.#descriptor = refusedUnless(kind, path, () => openToWrite(path));
  }

  /** @param listener called once, when it cannot be written any more */
  onLost(listener: (failure: Failure) => void): void {
    this.#onLost = listener;
  }

  /** Empties it: before that, what an earlier run wrote there still stands. */
  start(): void {
    const facts = fstatSync(this.#descriptor);
    if (!facts.isFile()) return;
    try {
      if (facts.nlink > 1) this.#leaveOtherNames();
      else ftruncateSync(this.#descriptor);
    } catch (error) {
      this.#lose(NOTHING, 0, error);
    }
  }

  /** Its other names may be in the source, or in an earlier copy: they keep what they have. */
  #leaveOtherNames(): void {
    const path = realpathSync.native(this.#path, 'buffer');
    unlinkSync(path);
    const descriptor = openToWrite(path);
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
  }

  /** @returns nothing that would have to be waited for */
  write(record: string): undefined {
    if (this.#isLost) return;
    this.#buffer += record;
    if (this.#buffer.length >= BUFFERED) this.flush();
  }

  /** @returns nothing that would have to be waited for */
  flush(): undefined {
    const bytes = Buffer.from(this.#buffer, this.#kind.encoding);
    this.#buffer = '';
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(this.#descriptor, bytes, done);
    } catch (error) {
      this.#lose(bytes, done, error);
    }
  }

  close(): undefined {
    this.flush();
    closeSync(this.#descriptor);
  }

  /** The run is refused: if it was made for it, it goes. */
  discard(): void {
    closeSync(this.#descriptor);
    if (this.#isNew) unlinkIfThere(this.#path);
  }

  /** @param done how many of the bytes came in */
  #lose(bytes: Buffer, done: number, error: unknown): void {
    this.#isLost = true;
    const torn = done - (done === 0 ? 0 : bytes.lastIndexOf(this.#kind.ending, done - 1) + 1);
    try {
      const facts = fstatSync(this.#descriptor);
      if (facts.isFile()) ftruncateSync(this.#descriptor, facts.size - torn);
    } catch {
      // What took the last record from us may keep the torn one too; the first reason is the one to report.
    }
    this.#onLost(lossOf(this.#kind, this.#path, error));
  }
}

/** What a run writes beside the copy. */
export interface SideFileKind {
  readonly option: 'checksums' | 'failed' | 'log';
  readonly encoding: BufferEncoding;
  /** How a record ends. */
  readonly ending: '\n' | '\0';
}

/** Opens one. @throws {RefusedError} where that cannot be done */
export function refusedUnless<T>({ option }: SideFileKind, path: string | Buffer, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw refusal(`${option} ${readable(bytePath(path))}`, 'cannot be written', error);
  }
}

/** Why a side file is not complete, in words. */
export function lossOf({ option }: SideFileKind, path: string | Buffer, error: unknown): Failure {
  const { code, message } = failureOf(error);
  const why = WORDS[code] ?? message;
  return {
    code,
    message: `${SIDE_FILE_NAMES[option]} ${readable(bytePath(path))} is not complete: it cannot be written: ${why}`,
  };
}

/** Its disk need not be the copy's. */
const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on its disk',
  EPIPE: 'its reader has gone',
};

const NOTHING = Buffer.alloc(0);

export const SIDE_FILE_NAMES: Readonly<Record<SideFileKind['option'], string>> = {
  checksums: 'the manifest',
  failed: 'the list of failed entries',
  log: 'the log',
};

const BUFFERED = 64 * 1024;
