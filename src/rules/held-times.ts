import { native } from '../files/byte-path.js';
import type { Facts } from '../files/facts.js';
import {
  BTRFS,
  CIFS,
  EXFAT,
  EXT,
  FUSE,
  fileSystemOf,
  HFSPLUS,
  NATIVE,
  NTFS,
  NTFS3,
  OVERLAY,
  SMB2,
  TMPFS,
  VFAT,
  XFS,
  ZFS,
} from '../files/system/file-systems.js';
import { platformCalls } from '../files/system/platform-calls.js';
import { stat } from '../files/system/stat.js';

/** What a file system can hold of a modification time. */
export interface HeldTimes {
  /** Times closer together than this are one for it. */
  readonly grainNs: number;
  /** Coarser grains that it may have: a time that it holds is cut to a multiple of one. */
  readonly coarserNs: readonly number[];
  /** Those that it may have instead of earlier and of later ones; seconds. */
  readonly first: readonly number[];
  readonly last: readonly number[];
  /** Whether it may keep no more than 32 bits of the seconds. */
  readonly wraps: boolean;
  /** Whether it may count in local time: then its limits are some hours off. */
  readonly isLocal: boolean;
}

/**
 * By the kind of the file system, as Linux numbers them (statfs(2)), and by the change time of the destination's root,
 * which the file system itself has set. One without a fraction is not by chance: it keeps whole seconds, as ext2, ext3
 * and ext4 with inodes of 128 bytes do. Of modification times that cannot be said: one that looks rounded may be exact.
 * @param path of the destination's root
 */
export function heldTimes(path: string): HeldTimes {
  return heldBy(fileSystemOf(native(path)), stat(native(path)).ctimeNs === 0);
}

/** @param inSeconds whether the change time that was seen has no fraction */
export function heldBy(type: number, inSeconds: boolean): HeldTimes {
  const grainNs = GRAINS.get(type) ?? (inSeconds ? SECOND_NS : 1);
  return { grainNs, coarserNs: isTold(type) ? [] : COARSER, ...(LIMITS.get(type) ?? UNKNOWN) };
}

/**
 * Whether a modification time of the source and one of the destination are equal at what the destination can hold: it
 * cannot tell them apart, or the source's is beyond its limits.
 */
export function isSameTime(source: Timed, destination: Timed, held: HeldTimes): boolean {
  return isWithinGrain(source, destination, held) || isNearest(source.mtime, destination.mtime, held);
}

/** Whether a modification time of the source is later than one of the destination, by more than the destination can tell. */
export function isLaterTime(source: Timed, destination: Timed, held: HeldTimes): boolean {
  const seconds = source.mtime - destination.mtime;
  const isLater = seconds > 0 || (seconds === 0 && source.mtimeNs > destination.mtimeNs);
  return isLater && !isSameTime(source, destination, held);
}

export type Timed = Pick<Facts, 'mtime' | 'mtimeNs'>;

/** Whether every file system can hold this time, in seconds. */
export function isHeldEverywhere(mtime: number): boolean {
  return mtime >= DOS_FIRST + MOST_HOURS_OFF && mtime <= LAST_OF_31_BITS;
}

function isWithinGrain(source: Timed, there: Timed, { grainNs, coarserNs }: HeldTimes): boolean {
  if (isOneGrain(source, there, grainNs)) return true;
  return coarserNs.some(grain => isMultiple(there, grain) && isOneGrain(source, there, grain));
}

function isMultiple({ mtimeNs }: Timed, grain: number): boolean {
  return mtimeNs % grain === 0;
}

function isOneGrain(source: Timed, destination: Timed, grainNs: number): boolean {
  const grain = platformCalls() === undefined && grainNs < NODES_GRAIN_NS ? NODES_GRAIN_NS : grainNs;
  if (grain < SECOND_NS) {
    return (
      source.mtime === destination.mtime && floor(source.mtimeNs, grain) === floor(destination.mtimeNs, grain)
    );
  }
  const seconds = grain / SECOND_NS;
  return floor(source.mtime, seconds) === floor(destination.mtime, seconds);
}

/** Plain Node sets times to the microsecond. */
const NODES_GRAIN_NS = 1000;
const SECOND_NS = 1e9;

function floor(value: number, grain: number): number {
  return Math.floor(value / grain);
}

/** Whether `there` is what the destination makes of a time that it cannot hold. */
function isNearest(source: number, there: number, { first, last, wraps, isLocal }: HeldTimes): boolean {
  if (isHeldEverywhere(source)) return false;
  const isLimit = (limit: number) =>
    there === limit ||
    (isLocal && Math.abs(there - limit) < MOST_HOURS_OFF && (there - limit) % ZONE_STEP === 0);
  if (first.some(limit => source < limit && isLimit(limit))) return true;
  if (last.some(limit => source > limit && isLimit(limit))) return true;
  return wraps && source !== there && (source - there) % 2 ** 32 === 0;
}

/** Whether the kind of a file system, with its change times, tells what it holds: not of a server's, or a program's. */
function isTold(type: number): boolean {
  return NATIVE.has(type) || OF_THEIR_OWN.has(type);
}

/** NTFS, programs that count in microseconds or thousandths, exFAT, `sshfs`. FAT's two seconds would hide real changes. */
const COARSER = [100, NODES_GRAIN_NS, 1_000_000, 10_000_000, SECOND_NS];

const FIRST_OF_31_BITS = -(2 ** 31);
const LAST_OF_31_BITS = 2 ** 31 - 1;
const LAST_OF_32_BITS = 2 ** 32 - 1;
/** Two bits more than 32. */
const EXT_LAST = FIRST_OF_31_BITS + 2 ** 34 - 1;
/** 64 bits of nanoseconds. */
const XFS_LAST = FIRST_OF_31_BITS + Math.floor(2 ** 64 / SECOND_NS);
const DOS_FIRST = Date.UTC(1980, 0, 1) / 1000;
const DOS_LAST = Date.UTC(2107, 11, 31, 23, 59, 58) / 1000;
/** Seconds. */
const MOST_HOURS_OFF = 15 * 3600;
const ZONE_STEP = 15 * 60;

const GRAINS = new Map<number, number>([
  [VFAT, 2 * SECOND_NS],
  [EXFAT, 10_000_000],
  [HFSPLUS, SECOND_NS],
  [NTFS, 100],
  [NTFS3, 100],
  [CIFS, 100],
  [SMB2, 100],
]);

const OF_THEIR_OWN = new Set([EXFAT, HFSPLUS, NTFS, NTFS3, OVERLAY, VFAT]);

type Limits = Omit<HeldTimes, 'grainNs' | 'coarserNs'>;
const FAITHFUL = { wraps: false, isLocal: false } as const;
const ALL: Limits = { ...FAITHFUL, first: [], last: [] };
const DOS: Limits = { wraps: false, isLocal: true, first: [DOS_FIRST], last: [DOS_LAST, DOS_LAST + 1] };
/** A server's limits are those of its own file system, or of a protocol of 32 bits. */
const UNKNOWN: Limits = {
  wraps: true,
  isLocal: false,
  first: [FIRST_OF_31_BITS, 0],
  last: [LAST_OF_31_BITS, LAST_OF_32_BITS, EXT_LAST, XFS_LAST],
};

const LIMITS = new Map<number, Limits>([
  [EXT, { ...FAITHFUL, first: [FIRST_OF_31_BITS], last: [LAST_OF_31_BITS, EXT_LAST] }],
  [XFS, { ...FAITHFUL, first: [FIRST_OF_31_BITS], last: [LAST_OF_31_BITS, XFS_LAST] }],
  [BTRFS, ALL],
  [TMPFS, ALL],
  [ZFS, ALL],
  [VFAT, DOS],
  [EXFAT, DOS],
  [
    FUSE,
    { ...UNKNOWN, isLocal: true, first: [...UNKNOWN.first, DOS_FIRST], last: [...UNKNOWN.last, DOS_LAST] },
  ],
]);
