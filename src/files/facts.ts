import { type BigIntStats, constants } from 'node:fs';

/**
 * What the file system says of an entry. Plain numbers, since every entry costs one of these; identity, which
 * needs 64 bits, is kept in halves of 32. `blocks` are of 512 bytes. Each time is whole seconds since 1970,
 * rounded down, and the nanoseconds that follow.
 */
export class Facts {
  constructor(
    readonly deviceHigh: number,
    readonly deviceLow: number,
    readonly inodeHigh: number,
    readonly inodeLow: number,
    readonly mode: number,
    readonly nlink: number,
    readonly uid: number,
    readonly gid: number,
    readonly size: number,
    readonly blocks: number,
    readonly atime: number,
    readonly atimeNs: number,
    readonly mtime: number,
    readonly mtimeNs: number,
    readonly ctime: number,
    readonly ctimeNs: number,
  ) {}
}

/** The file system that an entry lies in. */
export type Device = Pick<Facts, 'deviceHigh' | 'deviceLow'>;

export type EntryKind = 'file' | 'folder' | 'link' | 'fifo' | 'socket' | 'device';

/** From what `fs` gives with `bigint: true`. */
export function factsFrom(stats: BigIntStats): Facts {
  const { dev, ino, mode, nlink, uid, gid, size, blocks, atimeNs, mtimeNs, ctimeNs } = stats;
  return new Facts(
    high(dev),
    low(dev),
    high(ino),
    low(ino),
    Number(mode),
    Number(nlink),
    Number(uid),
    Number(gid),
    Number(size),
    Number(blocks),
    seconds(atimeNs),
    nanoseconds(atimeNs),
    seconds(mtimeNs),
    nanoseconds(mtimeNs),
    seconds(ctimeNs),
    nanoseconds(ctimeNs),
  );
}

/** The same entry with another mode. */
export function withMode(facts: Facts, mode: number): Facts {
  const column = new FactsColumn(1);
  column.push(facts);
  const packed = column.packed();
  packed[FACT.mode] = mode;
  return factsAt(packed, 0);
}

/** The places of an entry's facts in its row of a column. */
export const FACT = {
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
export const FACT_ROW = 16;
/** From a few rows to a full batch in two steps. */
const GROWTH = 4;

/** Many entries' facts in one array: it crosses the pipe as a single piece of memory. */
export class FactsColumn {
  #values: Float64Array;
  #end = 0;

  constructor(capacity = 16) {
    this.#values = new Float64Array(capacity * FACT_ROW);
  }

  push(facts: Facts): void {
    this.#makeRoom(1);
    writeFacts(this.#values, this.#end, facts);
    this.#end += FACT_ROW;
  }

  clear(): void {
    this.#end = 0;
  }

  /** A row that `fill` writes, from this place on. */
  pushWith(fill: (values: Float64Array, start: number) => void): void {
    this.#makeRoom(1);
    fill(this.#values, this.#end);
    this.#end += FACT_ROW;
  }

  /** The rows of another column from `from` to before `to`. */
  pushRows(other: FactsColumn, from: number, to: number): void {
    this.#makeRoom(to - from);
    this.#values.set(other.#values.subarray(from * FACT_ROW, to * FACT_ROW), this.#end);
    this.#end += (to - from) * FACT_ROW;
  }

  /** The bytes of the entry at `index`. */
  sizeAt(index: number): number {
    return this.#values[index * FACT_ROW + FACT.size] ?? 0;
  }

  /** The number of names of the entry at `index`. */
  nlinkAt(index: number): number {
    return this.#values[index * FACT_ROW + FACT.nlink] ?? 0;
  }

  /** Room for more rows behind those that were pushed. */
  get values(): Float64Array {
    return this.#values;
  }

  /** Just what was pushed. */
  packed(): Float64Array {
    return this.#end === this.#values.length ? this.#values : this.#values.slice(0, this.#end);
  }

  #makeRoom(rows: number): void {
    const needed = this.#end + rows * FACT_ROW;
    if (needed <= this.#values.length) return;
    const wider = new Float64Array(Math.max(needed, this.#values.length * GROWTH));
    wider.set(this.#values);
    this.#values = wider;
  }
}

/** As a row of a column, from `start` on. */
export function writeFacts(values: Float64Array, start: number, facts: Facts): void {
  values[start + FACT.deviceHigh] = facts.deviceHigh;
  values[start + FACT.deviceLow] = facts.deviceLow;
  values[start + FACT.inodeHigh] = facts.inodeHigh;
  values[start + FACT.inodeLow] = facts.inodeLow;
  values[start + FACT.mode] = facts.mode;
  values[start + FACT.nlink] = facts.nlink;
  values[start + FACT.uid] = facts.uid;
  values[start + FACT.gid] = facts.gid;
  values[start + FACT.size] = facts.size;
  values[start + FACT.blocks] = facts.blocks;
  values[start + FACT.atime] = facts.atime;
  values[start + FACT.atimeNs] = facts.atimeNs;
  values[start + FACT.mtime] = facts.mtime;
  values[start + FACT.mtimeNs] = facts.mtimeNs;
  values[start + FACT.ctime] = facts.ctime;
  values[start + FACT.ctimeNs] = facts.ctimeNs;
}

/** The facts of the entry at `index` of a packed column. */
export function factsAt(packed: Float64Array, index: number): Facts {
  const start = index * FACT_ROW;
  const at = (offset: number) => packed[start + offset] ?? 0;
  return new Facts(
    at(FACT.deviceHigh),
    at(FACT.deviceLow),
    at(FACT.inodeHigh),
    at(FACT.inodeLow),
    at(FACT.mode),
    at(FACT.nlink),
    at(FACT.uid),
    at(FACT.gid),
    at(FACT.size),
    at(FACT.blocks),
    at(FACT.atime),
    at(FACT.atimeNs),
    at(FACT.mtime),
    at(FACT.mtimeNs),
    at(FACT.ctime),
    at(FACT.ctimeNs),
  );
}

const KINDS: Readonly<Record<number, EntryKind>> = {
  [constants.S_IFREG]: 'file',
  [constants.S_IFDIR]: 'folder',
  [constants.S_IFLNK]: 'link',
  [constants.S_IFIFO]: 'fifo',
  [constants.S_IFSOCK]: 'socket',
};

export function kindOf(facts: Facts): EntryKind {
  return KINDS[facts.mode & constants.S_IFMT] ?? 'device';
}

/** Permission bits with set-user-id, set-group-id and sticky. */
export function permissionsOf(facts: Facts): number {
  return facts.mode & 0o7777;
}

/** Device and inode, as text. */
export function identityOf(facts: Facts): string {
  return `${whole(facts.deviceHigh, facts.deviceLow)}:${inodeOf(facts)}`;
}

/** The inode's number, as text. */
export function inodeOf({ inodeHigh, inodeLow }: Facts): string {
  return String(whole(inodeHigh, inodeLow));
}

export function sameDevice(a: Device, b: Device): boolean {
  return a.deviceLow === b.deviceLow && a.deviceHigh === b.deviceHigh;
}

export function sameInode(a: Facts, b: Facts): boolean {
  return a.inodeLow === b.inodeLow && a.inodeHigh === b.inodeHigh && sameDevice(a, b);
}

/**
 * Of one of several names of a file: the same text for all of them. Some file systems, such as unions of others, give
 * different files one inode, so that names are believed to be one file's only where all else is the same too.
 */
export function linkIdentityOf(facts: Facts): string {
  const { nlink, mode, uid, gid, size, mtime, mtimeNs } = facts;
  return [identityOf(facts), nlink, mode, uid, gid, size, mtime, mtimeNs].join(' ');
}

/** Whether two names are one file's, as far as `linkIdentityOf` can tell. */
export function isOneFile(a: Facts, b: Facts): boolean {
  return sameInode(a, b) && linkIdentityOf(a) === linkIdentityOf(b);
}

/** Whether a file is as it was: what size, mtime, ctime and inode can tell. */
export function unchanged(before: Facts, after: Facts): boolean {
  return (
    sameInode(before, after) &&
    before.size === after.size &&
    before.mtimeNs === after.mtimeNs &&
    before.mtime === after.mtime &&
    before.ctimeNs === after.ctimeNs &&
    before.ctime === after.ctime
  );
}

/** The same of entries in columns. */
export function unchangedAt(
  before: Float64Array,
  row: number,
  after: Float64Array,
  afterRow: number,
): boolean {
  const a = row * FACT_ROW;
  const b = afterRow * FACT_ROW;
  return (
    before[a + FACT.inodeLow] === after[b + FACT.inodeLow] &&
    before[a + FACT.inodeHigh] === after[b + FACT.inodeHigh] &&
    before[a + FACT.deviceLow] === after[b + FACT.deviceLow] &&
    before[a + FACT.deviceHigh] === after[b + FACT.deviceHigh] &&
    before[a + FACT.size] === after[b + FACT.size] &&
    before[a + FACT.mtimeNs] === after[b + FACT.mtimeNs] &&
    before[a + FACT.mtime] === after[b + FACT.mtime] &&
    before[a + FACT.ctimeNs] === after[b + FACT.ctimeNs] &&
    before[a + FACT.ctime] === after[b + FACT.ctime]
  );
}

/** What `blocks` counts in, on every file system. */
const BLOCK_BYTES = 512;

/** Bytes of a file's content, holes not counted. */
export function allocatedBytes({ size, blocks }: Facts): number {
  return Math.min(size, blocks * BLOCK_BYTES);
}

/** The same of an entry in a column. */
export function allocatedAt(values: Float64Array, row: number): number {
  const at = row * FACT_ROW;
  return Math.min(values[at + FACT.size] ?? 0, (values[at + FACT.blocks] ?? 0) * BLOCK_BYTES);
}

/** Whether a file has fewer blocks than its size needs. */
export function isSparse(facts: Facts): boolean {
  return facts.blocks * BLOCK_BYTES < facts.size;
}

const BILLION = 1_000_000_000n;

function low(value: bigint): number {
  return Number(BigInt.asUintN(32, value));
}

function high(value: bigint): number {
  return Number(BigInt.asUintN(32, value >> 32n));
}

function whole(upper: number, lower: number): bigint {
  return (BigInt(upper) << 32n) | BigInt(lower);
}

function nanoseconds(timeNs: bigint): number {
  const rest = Number(timeNs % BILLION);
  return rest < 0 ? rest + 1e9 : rest;
}

function seconds(timeNs: bigint): number {
  return Number((timeNs - BigInt(nanoseconds(timeNs))) / BILLION);
}
