import { chmodSync, existsSync, lchownSync, linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { joinBytes, toBuffer } from './bytes.js';
import { treeCalls } from './platform-calls.js';
import { scratchFolder } from './scratch-folder.js';
import type { Metadata, TreeEntry } from './tree-description.js';
import { writeContent } from './write-content.js';

/** Builds the described tree and returns its root: `root`, or `source` in a scratch folder that goes with the test. */
export function makeTree(entries: TreeEntry[], root = join(scratchFolder(), 'source')): string {
  mkdirSync(root, { recursive: true });
  const hardLinks = entries.filter(entry => entry.kind === 'hardlink');
  for (const entry of entries) if (entry.kind !== 'hardlink') makeEntry(root, entry);
  for (const entry of hardLinks) linkSync(at(root, entry.to), prepared(root, entry));
  // Children before their parents: a folder's time is set after its content, and a closed folder is closed last.
  for (const entry of [...entries].sort((a, b) => depth(b) - depth(a)))
    giveMetadata(at(root, entry.path), entry);
  return root;
}

const at = (root: string, bytes: TreeEntry['path']): Buffer => joinBytes(root, toBuffer(bytes));

/** The root itself may be described, as `.`: it comes last. */
function depth(entry: TreeEntry): number {
  const path = toBuffer(entry.path);
  return path.equals(Buffer.from('.')) ? -1 : path.filter(byte => byte === 0x2f).length;
}

function makeEntry(root: string, entry: TreeEntry): void {
  const path = prepared(root, entry);
  if (entry.kind === 'folder') mkdirSync(path, { recursive: true });
  else if (entry.kind === 'link') symlinkSync(toBuffer(entry.target), path);
  else if (entry.kind === 'file') writeContent(path, entry);
  else if (entry.kind === 'fifo') treeCalls().makeFifo(path);
  else if (entry.kind === 'socket') treeCalls().makeSocket(path);
  else if (entry.kind === 'device') treeCalls().makeDevice(path);
}

function prepared(root: string, entry: TreeEntry): Buffer {
  const path = at(root, entry.path);
  const parent = path.subarray(0, path.lastIndexOf('/'));
  if (!existsSync(parent)) mkdirSync(parent, { recursive: true });
  return path;
}

/** Owner first (it clears set-id bits), then attributes, then mode; times last. A hard link's are its file's. */
function giveMetadata(path: Buffer, { owner, xattrs = {}, mode, mtime, atime }: Metadata): void {
  if (owner) lchownSync(path, owner.uid, owner.gid);
  for (const [name, value] of Object.entries(xattrs)) treeCalls().setAttribute(path, name, toBuffer(value));
  if (mode !== undefined) chmodSync(path, Number.parseInt(mode, 8));
  const [accessed, modified] = [atime ?? mtime, mtime ?? atime];
  if (accessed !== undefined && modified !== undefined) {
    treeCalls().setTimes(path, BigInt(accessed), BigInt(modified));
  }
}
