import type { BytePath } from './byte-path.js';

/**
 * Many names in one piece of memory, each ended by a zero, as the kernel gives and takes them: none has to become a
 * string on its way from the listing to a worker's calls, and back.
 */
export class NameColumn {
  #bytes: Buffer;
  #ends: Uint32Array;
  #length = 0;

  constructor(capacity = 16) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity * USUAL_BYTES);
    this.#ends = new Uint32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  push(name: BytePath): void {
    const start = this.#bytesUsed;
    this.#makeRoom(1, name.length * BYTES_A_CHARACTER + 1);
    this.#end(start + this.#bytes.write(name, start, ENCODING));
  }

  /** A name whose bytes, without a zero, lie from `start` to `end`. */
  pushBytes(from: Uint8Array, start: number, end: number): void {
    const used = this.#bytesUsed;
    this.#makeRoom(1, end - start + 1);
    // Names are short: a call for each costs more than its bytes.
    const bytes = this.#bytes;
    let at = used;
    for (let byte = start; byte < end; byte += 1) bytes[at++] = from[byte] ?? 0;
    this.#end(at);
  }

  /** The rows of another column from `from` to before `to`. */
  pushRows(other: NameColumn, from: number, to: number): void {
    const [start, end] = [other.startOf(from), other.startOf(to)];
    const used = this.#bytesUsed;
    this.#makeRoom(to - from, end - start);
    this.#bytes.set(other.#bytes.subarray(start, end), used);
    const moved = used - start;
    for (let row = from; row < to; row += 1) this.#ends[this.#length++] = (other.#ends[row] ?? 0) + moved;
  }

  at(row: number): BytePath {
    return nameIn(this.#bytes, this.startOf(row), this.startOf(row + 1));
  }

  /** The place of a row's first byte; of the one behind the last row, the end of all. */
  startOf(row: number): number {
    return endBefore(this.#ends, row);
  }

  /** Just what was pushed; good until more is. */
  packed(): PackedNames {
    return { bytes: this.#bytes.subarray(0, this.#bytesUsed), ends: this.#ends.subarray(0, this.#length) };
  }

  get #bytesUsed(): number {
    return this.startOf(this.#length);
  }

  #end(at: number): void {
    this.#bytes[at] = 0;
    this.#ends[this.#length] = at + 1;
    this.#length += 1;
  }

  #makeRoom(rows: number, bytes: number): void {
    const needed = this.#bytesUsed + bytes;
    if (needed > this.#bytes.length) {
      const wider = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * GROWTH));
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    if (this.#length + rows <= this.#ends.length) return;
    const longer = new Uint32Array(Math.max(this.#length + rows, this.#ends.length * GROWTH));
    longer.set(this.#ends);
    this.#ends = longer;
  }
}

/** A `NameColumn` as it crosses the pipe. */
export interface PackedNames {
  readonly bytes: Uint8Array;
  /** Of each row the place behind its zero. */
  readonly ends: Uint32Array;
}

export function nameAt(names: PackedNames, row: number): BytePath {
  return nameIn(names.bytes, startOf(names, row), startOf(names, row + 1));
}

/** The place of a row's first byte; of the one behind the last row, the end of all. */
export function startOf({ ends }: PackedNames, row: number): number {
  return endBefore(ends, row);
}

function endBefore(ends: Uint32Array, row: number): number {
  return row === 0 ? 0 : (ends[row - 1] ?? 0);
}

/** @param end the place behind the name's zero */
export function nameIn(bytes: Uint8Array, start: number, end: number): BytePath {
  return asBuffer(bytes).toString(ENCODING, start, end - 1) as BytePath;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Windows' names are text, of which no part may be lost: half of a pair, which may stand alone there, has no UTF-8. */
const ENCODING = process.platform === 'win32' ? 'utf16le' : 'latin1';
const BYTES_A_CHARACTER = ENCODING === 'latin1' ? 1 : 2;
const USUAL_BYTES = 24;
/** From a few rows to a full batch in two steps. */
const GROWTH = 4;
