import type { Facts } from '../facts.js';
import type { FileRun } from '../file-run.js';
import type { Names } from './entry-calls.js';
import type { Libc, LibcFunction, WaitingFunction } from './libc.js';

/** Reads folders. The memory of readers that are closed serves the next: a fresh piece for each costs more than to read it. */
export class LibcFolders {
  readonly #library: Libc;
  readonly #calls: FolderCalls;
  readonly #spare: NamesBuffer[] = [];

  /** @param fileAt the facts of a regular file in an open folder, by the address of its name; undefined: it is none */
  constructor(
    library: Libc,
    throwUnlessInterrupted: (syscall: string) => void,
    close: (descriptor: number) => void,
    fileAt: (folder: number, name: number) => Facts | undefined,
  ) {
    const getdents = library.bind('getdents64', 'int64_t', ['int', 'int64_t', 'int64_t']);
    const getdentsWaiting = library.bindWaiting('getdents64', 'int64_t', ['int', 'int64_t', 'int64_t']);
    this.#library = library;
    this.#calls = { getdents, getdentsWaiting, throwUnlessInterrupted, close, fileAt };
  }

  /** @param descriptor of a folder that is open for reading */
  names(descriptor: number, afterwards: 'close' | 'keep open'): Names {
    const buffer = this.#spare.pop() ?? newBuffer(this.#library);
    return new LibcNames(this.#calls, descriptor, buffer, () => {
      this.#spare.push(buffer);
      if (afterwards === 'close') this.#calls.close(descriptor);
    });
  }
}

interface FolderCalls {
  readonly getdents: LibcFunction;
  readonly getdentsWaiting: WaitingFunction;
  readonly throwUnlessInterrupted: (syscall: string) => void;
  readonly close: (descriptor: number) => void;
  readonly fileAt: (folder: number, name: number) => Facts | undefined;
}

/** Names as `getdents64` packs them, many to a call. */
class LibcNames implements Names {
  isFolder = false;
  readonly #calls: FolderCalls;
  readonly #descriptor: number;
  readonly #buffer: NamesBuffer;
  readonly #bytes: Buffer;
  readonly #close: () => void;
  #position = 0;
  #end = 0;
  #isRead = false;

  constructor(calls: FolderCalls, descriptor: number, buffer: NamesBuffer, close: () => void) {
    this.#calls = calls;
    this.#descriptor = descriptor;
    this.#buffer = buffer;
    this.#bytes = buffer.bytes;
    this.#close = close;
  }

  gather(run: FileRun): void {
    const bytes = this.#bytes;
    const { address } = this.#buffer;
    // `next` reports what cannot be read, so nothing may be in the run by then.
    if (this.#position >= this.#end && !this.#refill()) return;
    while (this.#position < this.#end && !run.isFull) {
      const record = this.#position;
      const start = record + NAME;
      const after = record + bytes.readUInt16LE(record + LENGTH);
      if (!isDots(bytes, start)) {
        if (bytes[record + TYPE] !== DT_REG) return;
        const facts = this.#calls.fileAt(this.#descriptor, address + start);
        if (facts === undefined) return;
        run.push(bytes, start, endOf(bytes, start, after), facts);
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
    this.#close();
  }

  /** What goes wrong is found out by `next`, which makes the same call again. */
  async #refillLater(): Promise<void> {
    const bytes = await this.#calls.getdentsWaiting(this.#descriptor, this.#buffer.address, BUFFER_BYTES);
    this.#position = 0;
    this.#end = Math.max(Number(bytes), 0);
    this.#isRead = bytes === 0;
  }

  #refill(): boolean {
    this.#position = 0;
    if (this.#isRead) return false;
    for (;;) {
      this.#end = Number(this.#calls.getdents(this.#descriptor, this.#buffer.address, BUFFER_BYTES));
      if (this.#end >= 0) {
        this.#isRead = this.#end === 0;
        return !this.#isRead;
      }
      this.#end = 0;
      this.#calls.throwUnlessInterrupted('getdents64');
    }
  }
}

/** Offsets in a `struct linux_dirent64`; see getdents64(2). */
const LENGTH = 16;
const TYPE = 18;
const NAME = 19;
const DT_DIR = 4;
const DT_REG = 8;

const BUFFER_BYTES = 32 * 1024;

interface NamesBuffer {
  readonly bytes: Buffer;
  /** Where they lie in memory. */
  readonly address: number;
}

function newBuffer(library: Libc): NamesBuffer {
  const bytes = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  return { bytes, address: Number(library.addressOf(bytes)) };
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
