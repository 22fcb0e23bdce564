import { type BigIntStats, constants } from 'node:fs';

/**
 * What the file system says of an entry. Plain numbers, since every entry costs one of these; identity, which
 * needs 64 bits, is kept in halves of 32. `blocks` are of 512 bytes. Each time is whole seconds since 1970,
 * rounded down, and the nanoseconds that follow.
 */
export interface Facts {
  readonly deviceHigh: number;
  readonly deviceLow: number;
  readonly inodeHigh: number;
  readonly inodeLow: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly blocks: number;
  readonly atime: number;
  readonly atimeNs: number;
  readonly mtime: number;
  readonly mtimeNs: number;
  readonly ctime: number;
  readonly ctimeNs: number;
}

/** The file system that an entry lies in. */
export type Device = Pick<Facts, 'deviceHigh' | 'deviceLow'>;

export type EntryKind = 'file' | 'folder' | 'link' | 'fifo' | 'socket' | 'device';

/** From what `fs` gives with `bigint: true`. */
export function factsFrom(stats: BigIntStats): Facts {
  const { dev, ino, mode, nlink, uid, gid, size, blocks, atimeNs, mtimeNs, ctimeNs } = stats;
  return {
    deviceHigh: high(dev),
    deviceLow: low(dev),
    inodeHigh: high(ino),
    inodeLow: low(ino),
    mode: Number(mode),
    nlink: Number(nlink),
    uid: Number(uid),
    gid: Number(gid),
    size: Number(size),
    blocks: Number(blocks),
    atime: seconds(atimeNs),
    atimeNs: nanoseconds(atimeNs),
    mtime: seconds(mtimeNs),
    mtimeNs: nanoseconds(mtimeNs),
    ctime: seconds(ctimeNs),
    ctimeNs: nanoseconds(ctimeNs),
  };
}

/** An object of their own: for facts that the next call turns into another's. */
export function copyOf(facts: Facts): Facts {
  return {
    deviceHigh: facts.deviceHigh,
    deviceLow: facts.deviceLow,
    inodeHigh: facts.inodeHigh,
    inodeLow: facts.inodeLow,
    mode: facts.mode,
    nlink: facts.nlink,
    uid: facts.uid,
    gid: facts.gid,
    size: facts.size,
    blocks: facts.blocks,
    atime: facts.atime,
    atimeNs: facts.atimeNs,
    mtime: facts.mtime,
    mtimeNs: facts.mtimeNs,
    ctime: facts.ctime,
    ctimeNs: facts.ctimeNs,
  };
}

const KINDS: Readonly<Record<number, EntryKind>> = {
  [constants.S_IFREG]: 'file',
  [constants.S_IFDIR]: 'folder',
  [constants.S_IFLNK]: 'link',
  [constants.S_IFIFO]: 'fifo',
  [constants.S_IFSOCK]: 'socket',
};

/** Stands for the facts of an entry of which nobody needs to know more. */
export const NOT_A_FOLDER: Facts = {
  deviceHigh: 0,
  deviceLow: 0,
  inodeHigh: 0,
  inodeLow: 0,
  mode: constants.S_IFREG,
  nlink: 1,
  uid: 0,
  gid: 0,
  size: 0,
  blocks: 0,
  atime: 0,
  atimeNs: 0,
  mtime: 0,
  mtimeNs: 0,
  ctime: 0,
  ctimeNs: 0,
};

export function kindOf(facts: Facts): EntryKind {
  return KINDS[facts.mode & constants.S_IFMT] ?? 'device';
}

/** Permission bits with set-user-id, set-group-id and sticky. */
export function permissionsOf(facts: Pick<Facts, 'mode'>): number {
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

/** What `blocks` counts in, on every file system. */
const BLOCK_BYTES = 512;

/** Bytes of a file's content, holes not counted. */
export function allocatedBytes({ size, blocks }: Facts): number {
  return Math.min(size, blocks * BLOCK_BYTES);
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
