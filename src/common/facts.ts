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
  packed[MODE] = mode;
  return factsAt(packed, 0);
}

const ROW = 16;
const MODE = 4;
const NLINK = 5;
const SIZE = 8;
/** From a few rows to a full batch in two steps. */
const GROWTH = 4;

/** Many entries' facts in one array: it crosses the pipe as a single piece of memory. */
export class FactsColumn {
  #values: Float64Array;
  #end = 0;

  constructor(capacity = 16) {
    this.#values = new Float64Array(capacity * ROW);
  }

  push(facts: Facts): void {
    this.#makeRoom();
    const values = this.#values;
    const start = this.#end;
    values[start] = facts.deviceHigh;
    values[start + 1] = facts.deviceLow;
    values[start + 2] = facts.inodeHigh;
    values[start + 3] = facts.inodeLow;
    values[start + MODE] = facts.mode;
    values[start + NLINK] = facts.nlink;
    values[start + 6] = facts.uid;
    values[start + 7] = facts.gid;
    values[start + SIZE] = facts.size;
    values[start + 9] = facts.blocks;
    values[start + 10] = facts.atime;
    values[start + 11] = facts.atimeNs;
    values[start + 12] = facts.mtime;
    values[start + 13] = facts.mtimeNs;
    values[start + 14] = facts.ctime;
    values[start + 15] = facts.ctimeNs;
    this.#end += ROW;
  }

  clear(): void {
    this.#end = 0;
  }

  /** One row of another column. */
  pushFrom(other: FactsColumn, index: number): void {
    this.#makeRoom();
    const start = index * ROW;
    for (let offset = 0; offset < ROW; offset += 1) {
      this.#values[this.#end + offset] = other.#values[start + offset] ?? 0;
    }
    this.#end += ROW;
  }

  /** The bytes of the entry at `index`. */
  sizeAt(index: number): number {
    return this.#values[index * ROW + SIZE] ?? 0;
  }

  /** The number of names of the entry at `index`. */
  nlinkAt(index: number): number {
    return this.#values[index * ROW + NLINK] ?? 0;
  }

  /** Room for more rows behind those that were pushed. */
  get values(): Float64Array {
    return this.#values;
  }

  /** Just what was pushed. */
  packed(): Float64Array {
    return this.#end === this.#values.length ? this.#values : this.#values.slice(0, this.#end);
  }

  #makeRoom(): void {
    if (this.#end < this.#values.length) return;
    const wider = new Float64Array(this.#values.length * GROWTH);
    wider.set(this.#values);
    this.#values = wider;
  }
}

/** The facts of the entry at `index` of a packed column. */
export function factsAt(packed: Float64Array, index: number): Facts {
  const start = index * ROW;
  const at = (offset: number) => packed[start + offset] ?? 0;
  return new Facts(
    at(0),
    at(1),
    at(2),
    at(3),
    at(MODE),
    at(NLINK),
    at(6),
    at(7),
    at(SIZE),
    at(9),
    at(10),
    at(11),
    at(12),
    at(13),
    at(14),
    at(15),
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

export function sameDevice(a: Facts, b: Facts): boolean {
  return a.deviceLow === b.deviceLow && a.deviceHigh === b.deviceHigh;
}

export function sameInode(a: Facts, b: Facts): boolean {
  return a.inodeLow === b.inodeLow && a.inodeHigh === b.inodeHigh && sameDevice(a, b);
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

/** Bytes of a file's content, holes not counted. */
export function allocatedBytes({ size, blocks }: Facts): number {
  return Math.min(size, blocks * 512);
}

/** Whether a file has fewer blocks than its size needs. */
export function isSparse(facts: Facts): boolean {
  return facts.blocks * 512 < facts.size;
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
