import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { joinBytes } from './bytes.js';
import { treeCalls } from './platform-calls.js';

export type Kind = 'file' | 'folder' | 'link' | 'fifo' | 'socket' | 'device';

export interface SnapshotEntry {
  path: Buffer;
  kind: Kind;
  stats: BigIntStats;
  /** of files */
  digest?: string;
  /** of links */
  target?: Buffer;
  /** extended ones with their values, where they were asked for */
  attributes?: ReadonlyMap<string, Buffer>;
}

/** By path relative to the root, written as latin1 so that bytes are the key; the root itself is the empty name. */
export type TreeSnapshot = ReadonlyMap<string, SnapshotEntry>;

/** All that is to be said about a tree, to compare with later: also a source that a copy must not change. */
export function treeSnapshot(root: string, { contents = true, xattrs = false } = {}): TreeSnapshot {
  const entries = new Map<string, SnapshotEntry>();
  const digests = contents ? new Digests() : undefined;
  const openFolders: number[] = [];
  const visit = (reach: Buffer, path: Buffer): void => {
    const entry = unlessClosed(() => readEntry(reach, path, digests));
    if (entry === undefined) return;
    if (xattrs) entry.attributes = treeCalls().attributes(reach);
    entries.set(path.toString('latin1'), entry);
    if (entry.kind !== 'folder') return;
    const folder = unlessClosed(() => shortened(reach, openFolders));
    const names = folder && unlessClosed(() => readdirSync(folder, { encoding: 'buffer' }));
    if (folder === undefined || names === undefined) return;
    for (const name of names.sort(Buffer.compare)) visit(joinBytes(folder, name), joinBytes(path, name));
  };
  try {
    visit(Buffer.from(root), Buffer.alloc(0));
  } finally {
    for (const folder of openFolders) closeSync(folder);
  }
  return entries;
}

/** Trees may be deeper than a path can be long (4096 bytes): now and then an open folder becomes the new start. */
function shortened(reach: Buffer, openFolders: number[]): Buffer {
  if (reach.length < 3000 || process.platform !== 'linux') return reach;
  const folder = openSync(reach, constants.O_RDONLY | constants.O_DIRECTORY);
  openFolders.push(folder);
  return Buffer.from(`/proc/self/fd/${folder}`);
}

function readEntry(reach: Buffer, path: Buffer, digests: Digests | undefined): SnapshotEntry {
  const stats = lstatSync(reach, { bigint: true });
  const kind = kindOf(stats);
  if (kind === 'file' && digests)
    return { path, kind, stats, ...unlessClosed(() => ({ digest: digests.of(reach, stats) })) };
  if (kind === 'link') return { path, kind, stats, target: readlinkSync(reach, { encoding: 'buffer' }) };
  return { path, kind, stats };
}

/** What is closed to whoever looks, as to a user without rights, is what its facts tell. */
function unlessClosed<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return undefined;
    throw error;
  }
}

function kindOf(stats: BigIntStats): Kind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFIFO()) return 'fifo';
  return stats.isSocket() ? 'socket' : 'device';
}

/** A file with many names is read once. */
class Digests {
  readonly #byInode = new Map<string, string>();

  of(path: Buffer, { dev, ino, nlink }: BigIntStats): string {
    if (nlink === 1n) return digestOf(path);
    const inode = `${dev}:${ino}`;
    const digest = this.#byInode.get(inode) ?? digestOf(path);
    this.#byInode.set(inode, digest);
    return digest;
  }
}

const buffer = Buffer.allocUnsafe(1024 * 1024);

function digestOf(path: Buffer): string {
  const file = openUntouched(path);
  try {
    const hash = createHash('sha256');
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, length));
    }
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}

/** Looking must not change access times, as far as the platform allows (the owner and root may ask for it). */
function openUntouched(path: Buffer): number {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NOATIME ?? 0));
  } catch {
    return openSync(path, constants.O_RDONLY);
  }
}
