import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { joinBytes, toBuffer } from './bytes.js';
import { fromRoot } from './project-root.js';
import { scratchFolder } from './scratch-folder.js';
import type { TreeEntry } from './tree-description.js';
import { writeContent } from './write-content.js';

/** Builds the described tree and returns its root: `root`, or `source` in a scratch folder that goes with the test. */
export function makeTree(entries: TreeEntry[], root = join(scratchFolder(), 'source')): string {
  mkdirSync(root, { recursive: true });
  const hardLinks = entries.filter(entry => entry.kind === 'hardlink');
  for (const entry of entries) if (entry.kind !== 'hardlink') makeEntry(root, entry);
  for (const entry of hardLinks) linkSync(at(root, entry.to), prepared(root, entry));
  // Children before their parents: a folder's time is set after its content, and a closed folder is closed last.
  platformCalls(root, [
    ...entries.filter(isSpecial).map(entry => [entry.kind, pathOf(entry)] as PlatformCall),
    ...[...entries].sort((a, b) => depth(b) - depth(a)).flatMap(metadataCalls),
  ]);
  return root;
}

type PlatformCall = [operation: string, path: Buffer, ...values: (string | Buffer)[]];

const at = (root: string, bytes: TreeEntry['path']): Buffer => joinBytes(root, toBuffer(bytes));
const pathOf = (entry: TreeEntry): Buffer => toBuffer(entry.path);
const isSpecial = (entry: TreeEntry): boolean => ['fifo', 'socket', 'device'].includes(entry.kind);

/** The root itself may be described, as `.`: it comes last. */
function depth(entry: TreeEntry): number {
  const path = pathOf(entry);
  return path.equals(Buffer.from('.')) ? -1 : path.filter(byte => byte === 0x2f).length;
}

function makeEntry(root: string, entry: TreeEntry): void {
  const path = prepared(root, entry);
  if (entry.kind === 'folder') mkdirSync(path, { recursive: true });
  else if (entry.kind === 'link') symlinkSync(toBuffer(entry.target), path);
  else if (entry.kind === 'file') writeContent(path, entry);
}

function prepared(root: string, entry: TreeEntry): Buffer {
  const path = at(root, entry.path);
  const parent = path.subarray(0, path.lastIndexOf('/'));
  if (!existsSync(parent)) mkdirSync(parent, { recursive: true });
  return path;
}

/** Owner first (it clears set-id bits), then attributes, then mode; times last. A hard link's are its file's. */
function metadataCalls(entry: TreeEntry): PlatformCall[] {
  const path = pathOf(entry);
  const calls: PlatformCall[] = [];
  if (entry.owner) calls.push(['owner', path, String(entry.owner.uid), String(entry.owner.gid)]);
  for (const [name, value] of Object.entries(entry.xattrs ?? {})) {
    calls.push(['xattr', path, name, toBuffer(value).toString('hex')]);
  }
  if (entry.mode !== undefined) calls.push(['mode', path, entry.mode]);
  if (entry.mtime !== undefined || entry.atime !== undefined) {
    const mtime = entry.mtime ?? entry.atime ?? '0';
    calls.push(['times', path, entry.atime ?? mtime, mtime]);
  }
  return calls;
}

/** What Node cannot do (nanoseconds, FIFOs, attributes) or not for names that are no UTF-8; one process per tree. */
function platformCalls(root: string, calls: PlatformCall[]): void {
  if (calls.length === 0) return;
  const fields = calls.flatMap(([operation, path, first = '', second = '']) => [
    operation,
    path,
    first,
    second,
  ]);
  const input = Buffer.concat(fields.flatMap(field => [Buffer.from(field), Buffer.of(0)]));
  execFileSync(python, ['-I', '-S', fromRoot('test/helpers/platform-calls.py')], { cwd: root, input });
}

// The system's own before any shim of a version manager, which costs more than the work.
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
