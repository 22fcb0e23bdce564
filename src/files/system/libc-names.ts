import type { FileRun } from '../file-run.js';
import type { Names } from './entry-calls.js';
import type { Libc, LibcFunction, WaitingFunction } from './libc.js';

/** Names as `getdents64` packs them, many to a call. */
export class LibcNames implements Names {
  isFolder = false;
  readonly #getdents: LibcFunction;
  readonly #getdentsWaiting: WaitingFunction;
  readonly #descriptor: number;
  readonly #throwUnlessInterrupted: (syscall: string) => void;
  readonly #close: () => void;
  readonly #files: FileLook;
  readonly #buffer: NamesBuffer;
  readonly #bytes: Buffer;
  #position = 0;
  #end = 0;
  #isRead = false;

  /**
   * @param files looks into the folder
   * @param close closes the descriptor, which is of an open folder
   */
  constructor(
    library: Libc,
    descriptor: number,
    throwUnlessInterrupted: (syscall: string) => void,
    files: FileLook,
    close: () => void,
  ) {
    this.#buffer = spareBuffers.pop() ?? newBuffer(library);
    this.#bytes = this.#buffer.bytes;
    this.#files = files;
    this.#getdents = getdentsOf(library);
    this.#getdentsWaiting = getdentsWaitingOf(library);
    this.#descriptor = descriptor;
    this.#throwUnlessInterrupted = throwUnlessInterrupted;
    this.#close = close;
  }

  gather(run: FileRun): void {
    const bytes = this.#bytes;
    const { address } = this.#buffer;
    // What cannot be read further is told of by `next`, so nothing may be in the run by then.
    if (this.#position >= this.#end && !this.#refill()) return;
    while (this.#position < this.#end && !run.isFull) {
      const record = this.#position;
      const start = record + NAME;
      const after = record + bytes.readUInt16LE(record + LENGTH);
      if (!isDots(bytes, start)) {
        if (bytes[record + TYPE] !== DT_REG) return;
        if (!this.#files.isFileAt(address + start)) return;
        run.push(bytes, start, endOf(bytes, start, after), this.#files.readFacts);
      }
      this.#position = after;
    }
  }

  next(): string | undefined {
    const bytes = this.#bytes;
    for (;;) {
      if (this.#position >= this.#end && !this.#refill()) return undefined;
      const record = this.#position;
      this.#position += bytes.readUInt16LE(record + LENGTH);
      const start = record + NAME;
      if (isDots(bytes, start)) continue;
      this.isFolder = bytes[record + TYPE] === DT_DIR;
      return bytes.toString('latin1', start, endOf(bytes, start, this.#position));
    }
  }

  ready(): Promise<void> | undefined {
    return this.#position < this.#end || this.#isRead ? undefined : this.#refillLater();
  }

  close(): void {
    spareBuffers.push(this.#buffer);
    this.#close();
  }

  /** What goes wrong is found out by `next`, which makes the same call again. */
  async #refillLater(): Promise<void> {
    const bytes = await this.#getdentsWaiting(this.#descriptor, this.#buffer.address, BUFFER_BYTES);
    this.#position = 0;
    this.#end = Math.max(Number(bytes), 0);
    this.#isRead = bytes === 0;
  }

  #refill(): boolean {
    this.#position = 0;
    if (this.#isRead) return false;
    for (;;) {
      this.#end = Number(this.#getdents(this.#descriptor, this.#buffer.address, BUFFER_BYTES));
      if (this.#end >= 0) {
        this.#isRead = this.#end === 0;
        return !this.#isRead;
      }
      this.#end = 0;
      this.#throwUnlessInterrupted('getdents64');
    }
  }
}

/** Looks for regular files in a folder, one at a time. */
export interface FileLook {
  /** @param address of a name, a C string. @returns false also where it cannot be looked at */
  isFileAt(address: number): boolean;
  /** Writes the facts of the file just seen as a row of a column, from `start` on. */
  readFacts(values: Float64Array, start: number): void;
}

/** Offsets in a `struct linux_dirent64`; see getdents64(2). */
const LENGTH = 16;
const TYPE = 18;
const NAME = 19;
const DT_DIR = 4;
const DT_REG = 8;

const BUFFER_BYTES = 32 * 1024;
/** Memory of readers that are closed: a fresh piece for every folder costs more than to read it. */
const spareBuffers: NamesBuffer[] = [];

interface NamesBuffer {
  readonly bytes: Buffer;
  /** Where they lie in memory. */
  readonly address: number;
}

function newBuffer(library: Libc): NamesBuffer {
  const bytes = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  return { bytes, address: Number(library.addressOf(bytes)) };
}

let getdents: LibcFunction | undefined;

function getdentsOf(library: Libc): LibcFunction {
  getdents ??= library.bind('getdents64', 'int64_t', ['int', 'int64_t', 'int64_t']);
  return getdents;
}

let getdentsWaiting: WaitingFunction | undefined;

function getdentsWaitingOf(library: Libc): WaitingFunction {
  getdentsWaiting ??= library.bindWaiting('getdents64', 'int64_t', ['int', 'int64_t', 'int64_t']);
  return getdentsWaiting;
}

const DOT = 0x2e;

function isDots(bytes: Buffer, start: number): boolean {
  if (bytes[start] !== DOT) return false;
  return bytes[start + 1] === 0 || (bytes[start + 1] === DOT && bytes[start + 2] === 0);
}

/** Records are filled up to a multiple of eight: the end of the name lies within the last of them. */
function endOf(bytes: Buffer, start: number, after: number): number {
  let end = Math.max(start, after - 8);
  while (bytes[end] !== 0) end += 1;
  return end;
}
