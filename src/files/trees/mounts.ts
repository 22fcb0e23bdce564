import { readFileSync } from 'node:fs';
import { type BytePath, NAME_ENCODING, native, rawName } from '../byte-path.js';
import { type Facts, sameDevice, sameInode } from '../facts.js';
import { stat } from '../system/stat.js';

/**
 * Where a folder is seen below another by what is mounted there, as with `mount --bind`; its way up to the root tells
 * nothing of that. Undefined also where mounts cannot be listed: on Linux they can.
 */
export function seenBelow(
  sought: Sought,
  holder: Sought,
  { oneFileSystem = false }: Reach,
): BytePath | undefined {
  const mounts = readMounts();
  const found = placeOf(mounts, sought.root);
  if (found === undefined) return undefined;
  for (const { device, root, point } of shownBelow(mounts, holder.root)) {
    const rest = device === found.device ? restBelow(found.root, root) : undefined;
    if (rest === undefined) continue;
    const path = rawName(`${point === '/' ? '' : point}${rest}` || '/');
    const facts = look(path);
    const isSame = facts !== undefined && sameInode(facts, sought.facts);
    if (isSame && (!oneFileSystem || sameDevice(facts, holder.facts))) return path;
  }
  return undefined;
}

/** A folder as one of a holder's mounts may show it. */
export interface Sought {
  /** Absolute, links resolved. */
  readonly root: BytePath;
  readonly facts: Facts;
}

/** How far a folder reaches. */
export interface Reach {
  /** Whether what is mounted in it from elsewhere does not count. */
  readonly oneFileSystem?: boolean;
}

/** A part of a file system, and where it is shown. */
interface Mount {
  /** Its numbers: all mounts of one file system have the same. */
  readonly device: string;
  /** Of the part, in the file system. */
  readonly root: string;
  readonly point: string;
}

/** See proc(5); later ones may hide earlier ones. */
function readMounts(): readonly Mount[] {
  let text: string;
  try {
    text = readFileSync('/proc/self/mountinfo', NAME_ENCODING);
  } catch {
    return []; // no `/proc`: what is mounted where cannot be seen
  }
  return text
    .trimEnd()
    .split('\n')
    .map(line => {
      const [, , device = '', root = '', point = ''] = line.split(' ');
      return { device, root: unescaped(root), point: unescaped(point) };
    });
}

function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

/** The file system that a path is on, and what it is there. */
function placeOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let nearest: Mount | undefined;
  for (const mount of mounts) {
    const isNear = restBelow(path, mount.point) !== undefined;
    if (isNear && mount.point.length >= (nearest?.point.length ?? 0)) nearest = mount;
  }
  if (nearest === undefined) return undefined;
  const { device, root, point } = nearest;
  return { device, root: `${root === '/' ? '' : root}${restBelow(path, point)}` || '/', point: path };
}

/** All that a folder shows: its own part, and the mounts below it. */
function shownBelow(mounts: readonly Mount[], folder: string): Mount[] {
  const own = placeOf(mounts, folder);
  return [...(own === undefined ? [] : [own]), ...mounts.filter(({ point }) => restBelow(point, folder))];
}

/** What of a path comes behind a folder, with its slash; undefined where it is not in it. */
function restBelow(path: string, folder: string): string | undefined {
  if (path === folder) return '';
  const start = folder === '/' ? '' : folder;
  return path.startsWith(`${start}/`) ? path.slice(start.length) : undefined;
}

/** Something may be mounted over it, or it may be closed to us. */
function look(path: BytePath): Facts | undefined {
  try {
    return stat(native(path));
  } catch {
    return undefined;
  }
}
