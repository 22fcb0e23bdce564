import { readFileSync } from 'node:fs';
import type { Bytes } from './bytes.js';
import { fromRoot } from './project-root.js';

/** What any entry can carry. Entries may come in any order; parents that are not described are made. */
export interface Metadata {
  path: Bytes;
  /** octal, special bits included: `'4755'` */
  mode?: string;
  /** nanoseconds since 1970, negative before; as text, since JSON has no such numbers */
  mtime?: string;
  atime?: string;
  owner?: { uid: number; gid: number };
  xattrs?: Record<string, Bytes>;
}

export type TreeEntry = Metadata &
  (
    | { kind: 'file'; content: Bytes }
    /** `size` bytes that repeat nowhere soon; with `data`, only these `[offset, length]` spans are written, the rest are holes */
    | { kind: 'file'; size: number; data?: [offset: number, length: number][] }
    | { kind: 'folder' }
    | { kind: 'link'; target: Bytes }
    | { kind: 'hardlink'; to: Bytes }
    | { kind: 'fifo' }
    | { kind: 'socket' }
    /** a character device with the numbers of `/dev/null`; only root can make it */
    | { kind: 'device' }
  );

/** A tree kept as data in `fixtures/<name>.json`: what git cannot hold. */
export function describedTree(name: string): TreeEntry[] {
  return JSON.parse(readFileSync(fromRoot('fixtures', `${name}.json`), 'utf8')) as TreeEntry[];
}
