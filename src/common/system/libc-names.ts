import type { Names } from './entry-calls.js';
import type { Libc, LibcFunction } from './libc.js';

/** Names as `getdents64` packs them, many to a call. */
export class LibcNames implements Names {
  isFolder = false;
  readonly #getdents: LibcFunction;
  readonly #descriptor: number;
  readonly #throwUnlessInterrupted: (syscall: string) => void;
  readonly #close: () => void;
  readonly #bytes = spareBuffers.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #position = 0;
  #end = 0;

  /** @param close closes the descriptor, which is of an open folder */
  constructor(
    library: Libc,
    descriptor: number,
    throwUnlessInterrupted: (syscall: string) => void,
    close: () => void,
  ) {
    this.#getdents = getdentsOf(library);
    this.#descriptor = descriptor;
    this.#throwUnlessInterrupted = throwUnlessInterrupted;
    this.#close = close;
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
      // Records are filled up to a multiple of eight: the end of the name lies within the last of them.
      let end = Math.max(start, this.#position - 8);
      while (bytes[end] !== 0) end += 1;
      return bytes.toString('latin1', start, end);
    }
  }

  close(): void {
    spareBuffers.push(this.#bytes);
    this.#close();
  }

  #refill(): boolean {
    this.#position = 0;
    for (;;) {
      this.#end = Number(this.#getdents(this.#descriptor, this.#bytes, BUFFER_BYTES));
      if (this.#end >= 0) return this.#end > 0;
      this.#end = 0;
      this.#throwUnlessInterrupted('getdents64');
    }
  }
}

/** Offsets in a `struct linux_dirent64`; see getdents64(2). */
const LENGTH = 16;
const TYPE = 18;
const NAME = 19;
const DT_DIR = 4;

const BUFFER_BYTES = 32 * 1024;
/** Memory of readers that are closed: a fresh piece for every folder costs more than to read it. */
const spareBuffers: Buffer[] = [];

let getdents: LibcFunction | undefined;

function getdentsOf(library: Libc): LibcFunction {
  getdents ??= library.bind('getdents64', 'int64_t', ['int', 'void *', 'size_t']);
  return getdents;
}

const DOT = 0x2e;

function isDots(bytes: Buffer, start: number): boolean {
  if (bytes[start] !== DOT) return false;
  return bytes[start + 1] === 0 || (bytes[start + 1] === DOT && bytes[start + 2] === 0);
}
