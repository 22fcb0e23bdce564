import { type StatsFs, statfsSync } from 'node:fs';
import { type BytePath, native } from '../../files/byte-path.js';
import { sameDevice } from '../../files/facts.js';
import { BCACHEFS, BTRFS, F2FS, FUSE, XFS, ZFS } from '../../files/system/file-systems.js';
import { lstatIfThere } from '../../files/system/stat.js';
import { formatBytes } from '../../units.js';
import type { WorkPlace } from '../claim/work-folder.js';
import { listEntries } from '../listing/list-entries.js';
import { entriesIn } from '../listing/listed.js';
import type { Need } from '../report/tally.js';

/**
 * Compares what is still to be written with what is free. It finds only certain shortages: none of bytes where the
 * file system may share or compress content, none of inodes where it does not count them.
 */
export function findShortage({ root, standing }: WorkPlace, need: Need): Shortage | undefined {
  const fs = fileSystemAt(root);
  if (fs === undefined) return undefined;
  // What is written may replace existing content.
  if (standing === 'content') {
    return shortageOf(fs, need, { bytes: fs.blocks * fs.bsize, entries: fs.files });
  }
  const free = { bytes: freeBytes(fs), entries: fs.ffree };
  const shortage = shortageOf(fs, need, free);
  if (shortage === undefined || standing === 'nothing') return shortage;
  const there = measureTree(root);
  return shortageOf(fs, { bytes: need.bytes - there.bytes, entries: need.entries - there.entries }, free);
}

interface Shortage {
  readonly what: 'bytes' | 'inodes';
  readonly needed: number;
  readonly free: number;
}

function shortageOf(fs: StatsFs, needed: Amount, free: Amount): Shortage | undefined {
  // A file system in memory may say 0 of 0: it has no limit of its own.
  if (fs.blocks > 0 && !MAY_SAVE.has(fs.type) && needed.bytes > free.bytes)
    return { what: 'bytes', needed: needed.bytes, free: free.bytes };
  // btrfs counts none; file systems that make them as needed tell a changing or no number.
  if (fs.files === 0 || MAKES_INODES.has(fs.type) || needed.entries <= free.entries) return undefined;
  return { what: 'inodes', needed: needed.entries, free: free.entries };
}

type Amount = Pick<Need, 'bytes' | 'entries'>;

/** They share blocks, or compress. */
const MAY_SAVE = new Set([BTRFS, XFS, ZFS, F2FS, BCACHEFS, FUSE]);
const MAKES_INODES = new Set([BTRFS, XFS, ZFS, BCACHEFS, FUSE]);

export function shortageInWords({ what, needed, free }: Shortage): string {
  const amount = what === 'bytes' ? formatBytes : (count: number) => `${count} inodes`;
  const [wants, has, lacks] = [needed, free, needed - free].map(value => amount(value));
  return `not enough space: ${wants} needed, ${has} free, ${lacks} missing; make room and run the same command again to resume`;
}

/** What is written in until a disk turns out to be full. */
interface FilledPlaces {
  readonly root: BytePath;
  readonly backup: BytePath | undefined;
  /** Whether the same command would start again from the beginning, as it replaces all existing files. */
  readonly isAnew: boolean;
}

export function fullInWords({ root, backup, isAnew }: FilledPlaces, need: Need): string {
  const resume = isAnew ? 'run it again with --if-exists update' : 'run the same command again';
  const amount = isFullerThan(backup, root) ? 'in the backup folder' : missingInWords(root, need);
  return `no space left: ${amount}; make room and ${resume} to resume`;
}

/** Whether a backup's disk is another one, with less free space. */
function isFullerThan(backup: BytePath | undefined, root: BytePath): boolean {
  const [its, ours] = [backup, root].map(path => path && lstatIfThere(native(path)));
  if (backup === undefined || !its || !ours || sameDevice(its, ours)) return false;
  const [there, here] = [fileSystemAt(backup), fileSystemAt(root)];
  return there !== undefined && here !== undefined && freeBytes(there) < freeBytes(here);
}

function missingInWords(root: BytePath, { bytes, isAll }: Need): string {
  const fs = fileSystemAt(root);
  const missing = fs === undefined ? 0 : bytes - freeBytes(fs);
  return missing > 0 ? `${isAll ? '' : 'at least '}${formatBytes(missing)} more needed` : 'more space needed';
}

/** Undefined if the folder is gone: the next write there fails and says so. */
function fileSystemAt(root: BytePath): StatsFs | undefined {
  try {
    return statfsSync(native(root));
  } catch {
    return undefined;
  }
}

function freeBytes({ bfree, bavail, bsize }: StatsFs): number {
  return (process.geteuid?.() === 0 ? bfree : bavail) * bsize;
}

/** Bytes of content and number of entries under a folder, as far as it can be read. */
function measureTree(root: BytePath): Amount {
  let bytes = 0;
  let entries = 0;
  for (const listed of listEntries(root, { dereference: false, oneFileSystem: true })) {
    if (listed.kind === 'leave' || listed.kind === 'failed') continue;
    entries += entriesIn(listed);
    if (listed.kind === 'entry') bytes += listed.entry.facts.size;
    else if (listed.kind === 'files') bytes += listed.run.bytes;
  }
  return { bytes, entries };
}
