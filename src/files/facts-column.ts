import type { Facts } from './facts.js';

/** Many entries' facts in one array: it crosses the pipe as a single piece of memory. */
export class FactsColumn {
  #values: Float64Array;
  #view: FactsRow;
  #end = 0;

  constructor(capacity = 16) {
    this.#values = new Float64Array(capacity * ROW);
    this.#view = new FactsRow(this.#values);
  }

  push(facts: Facts): void {
    this.#makeRoom(1);
    write(this.#values, this.#end, facts);
    this.#end += ROW;
  }

  /** The rows of another column from `from` to before `to`. */
  pushRows(other: FactsColumn, from: number, to: number): void {
    this.#makeRoom(to - from);
    this.#values.set(other.#values.subarray(from * ROW, to * ROW), this.#end);
    this.#end += (to - from) * ROW;
  }

  clear(): void {
    this.#end = 0;
  }

  /** The facts in a row, in an object that the next call turns into another's. */
  at(row: number): FactsRow {
    return this.#view.moveTo(row);
  }

  /** Just what was pushed. */
  packed(): Float64Array {
    return this.#end === this.#values.length ? this.#values : this.#values.slice(0, this.#end);
  }

  #makeRoom(rows: number): void {
    const needed = this.#end + rows * ROW;
    if (needed <= this.#values.length) return;
    const wider = new Float64Array(Math.max(needed, this.#values.length * GROWTH));
    wider.set(this.#values);
    this.#values = wider;
    this.#view = new FactsRow(wider);
  }
}

/** The facts in a row of a column, whichever it is moved to: no object has to be made for each entry. */
export class FactsRow implements Facts {
  readonly #values: Float64Array;
  #start = 0;

  /** @param packed the values of a column */
  constructor(packed: Float64Array) {
    this.#values = packed;
  }

  moveTo(row: number): this {
    this.#start = row * ROW;
    return this;
  }

  get deviceHigh(): number {
    return this.#values[this.#start + AT.deviceHigh] ?? 0;
  }

  get deviceLow(): number {
    return this.#values[this.#start + AT.deviceLow] ?? 0;
  }

  get inodeHigh(): number {
    return this.#values[this.#start + AT.inodeHigh] ?? 0;
  }

  get inodeLow(): number {
    return this.#values[this.#start + AT.inodeLow] ?? 0;
  }

  get mode(): number {
    return this.#values[this.#start + AT.mode] ?? 0;
  }

  get nlink(): number {
    return this.#values[this.#start + AT.nlink] ?? 0;
  }

  get uid(): number {
    return this.#values[this.#start + AT.uid] ?? 0;
  }

  get gid(): number {
    return this.#values[this.#start + AT.gid] ?? 0;
  }

  get size(): number {
    return this.#values[this.#start + AT.size] ?? 0;
  }

  get blocks(): number {
    return this.#values[this.#start + AT.blocks] ?? 0;
  }

  get atime(): number {
    return this.#values[this.#start + AT.atime] ?? 0;
  }

  get atimeNs(): number {
    return this.#values[this.#start + AT.atimeNs] ?? 0;
  }

  get mtime(): number {
    return this.#values[this.#start + AT.mtime] ?? 0;
  }

  get mtimeNs(): number {
    return this.#values[this.#start + AT.mtimeNs] ?? 0;
  }

  get ctime(): number {
    return this.#values[this.#start + AT.ctime] ?? 0;
  }

  get ctimeNs(): number {
    return this.#values[this.#start + AT.ctimeNs] ?? 0;
  }
}

function write(values: Float64Array, start: number, facts: Facts): void {
  values[start + AT.deviceHigh] = facts.deviceHigh;
  values[start + AT.deviceLow] = facts.deviceLow;
  values[start + AT.inodeHigh] = facts.inodeHigh;
  values[start + AT.inodeLow] = facts.inodeLow;
  values[start + AT.mode] = facts.mode;
  values[start + AT.nlink] = facts.nlink;
  values[start + AT.uid] = facts.uid;
  values[start + AT.gid] = facts.gid;
  values[start + AT.size] = facts.size;
  values[start + AT.blocks] = facts.blocks;
  values[start + AT.atime] = facts.atime;
  values[start + AT.atimeNs] = facts.atimeNs;
  values[start + AT.mtime] = facts.mtime;
  values[start + AT.mtimeNs] = facts.mtimeNs;
  values[start + AT.ctime] = facts.ctime;
  values[start + AT.ctimeNs] = facts.ctimeNs;
}

/** The place of each fact in its row. */
const AT = {
  deviceHigh: 0,
  deviceLow: 1,
  inodeHigh: 2,
  inodeLow: 3,
  mode: 4,
  nlink: 5,
  uid: 6,
  gid: 7,
  size: 8,
  blocks: 9,
  atime: 10,
  atimeNs: 11,
  mtime: 12,
  mtimeNs: 13,
  ctime: 14,
  ctimeNs: 15,
} as const;
/** Numbers in a row. */
const ROW = 16;
/** From a few rows to a full batch in two steps. */
const GROWTH = 4;
