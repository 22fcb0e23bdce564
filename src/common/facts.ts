import { type BigIntStats, constants } from 'node:fs';

/**
 * What the listing learned about an entry, as 64-bit numbers throughout: identity is decided on them, and
 * inodes above 2^53 exist. Times are nanoseconds since 1970, `blocks` are of 512 bytes.
 */
export interface Facts {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly uid: bigint;
  readonly gid: bigint;
  readonly size: bigint;
  readonly blocks: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

export type EntryKind = 'file' | 'folder' | 'link' | 'fifo' | 'socket' | 'device';

const FIELDS = [
  'dev',
  'ino',
  'mode',
  'nlink',
  'uid',
  'gid',
  'size',
  'blocks',
  'atimeNs',
  'mtimeNs',
  'ctimeNs',
] as const satisfies readonly (keyof Facts & keyof BigIntStats)[];

/** The last of the fields. Nanoseconds after the year 2262 need more than 64 bits: the rest has its own place. */
const TIMES = ['atimeNs', 'mtimeNs', 'ctimeNs'] as const satisfies readonly (typeof FIELDS)[number][];
const ROW = FIELDS.length + TIMES.length;

/** What a 64-bit place, which keeps the lower bits, loses of a number. */
function beyond64Bits(value: bigint): bigint {
  return (value - BigInt.asIntN(64, value)) >> 64n;
}

/** Many entries' facts in one array: it crosses the pipe as a single piece of memory. */
export class FactsColumn {
  #values: BigInt64Array;
  #length = 0;

  constructor(capacity = 16) {
    this.#values = new BigInt64Array(capacity * ROW);
  }

  push(facts: Facts): void {
    const start = this.#length * ROW;
    if (start === this.#values.length) {
      const wider = new BigInt64Array(this.#values.length * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    for (const [offset, field] of FIELDS.entries()) this.#values[start + offset] = facts[field];
    for (const [offset, field] of TIMES.entries()) {
      this.#values[start + FIELDS.length + offset] = beyond64Bits(facts[field]);
    }
    this.#length += 1;
  }

  packed(): BigInt64Array {
    return this.#values.slice(0, this.#length * ROW);
  }
}

/** The facts of the entry at `index` of a packed column. */
export function factsAt(packed: BigInt64Array, index: number): Facts {
  const start = index * ROW;
  const at = (offset: number) => packed[start + offset] ?? 0n;
  const timeAt = (offset: number) => at(offset) + (at(offset + TIMES.length) << 64n);
  return {
    dev: at(0),
    ino: at(1),
    mode: at(2),
    nlink: at(3),
    uid: at(4),
    gid: at(5),
    size: at(6),
    blocks: at(7),
    atimeNs: timeAt(8),
    mtimeNs: timeAt(9),
    ctimeNs: timeAt(10),
  };
}

const KINDS: Readonly<Record<number, EntryKind>> = {
  [constants.S_IFREG]: 'file',
  [constants.S_IFDIR]: 'folder',
  [constants.S_IFLNK]: 'link',
  [constants.S_IFIFO]: 'fifo',
  [constants.S_IFSOCK]: 'socket',
};

export function kindOf(facts: Facts): EntryKind {
  return KINDS[Number(facts.mode) & constants.S_IFMT] ?? 'device';
}

/** Permission bits with set-user-id, set-group-id and sticky. */
export function permissionsOf(facts: Facts): number {
  return Number(facts.mode) & 0o7777;
}

export function sameInode(a: Facts, b: Facts): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/** Whether a file is as it was: what size, mtime, ctime and inode can tell. */
export function unchanged(before: Facts, after: Facts): boolean {
  return (
    sameInode(before, after) &&
    before.size === after.size &&
    before.mtimeNs === after.mtimeNs &&
    before.ctimeNs === after.ctimeNs
  );
}

/** Whether a file has fewer blocks than its size needs. */
export function isSparse(facts: Facts): boolean {
  return facts.blocks * 512n < facts.size;
}
