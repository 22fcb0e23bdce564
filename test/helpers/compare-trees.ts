import { showBytes } from './bytes.js';
import { type Kind, type SnapshotEntry, type TreeSnapshot, treeSnapshot } from './tree-snapshot.js';

export interface Comparison {
  /** `'us'`: equal when less than a microsecond apart, for copies made without the platform's calls */
  times?: 'ns' | 'us' | false;
  /** kinds whose access time counts too; trust it on `noatime` mounts only */
  accessTimes?: readonly Kind[];
  owners?: boolean;
  /** bytes by which a sparse file's copy may take more room than its source; `false`: any */
  holes?: number | false;
  /** extended attributes, ACLs among them; a snapshot has to have them */
  xattrs?: boolean;
  /** digests; without them huge sparse files are compared in no time */
  contents?: boolean;
}

/** Differences between two trees, a readable line each; none means: the same, entry by entry. */
export function compareTrees(
  expected: string | TreeSnapshot,
  actual: string | TreeSnapshot,
  comparison: Comparison = {},
): string[] {
  const { contents = true, xattrs = false } = comparison;
  const a = typeof expected === 'string' ? treeSnapshot(expected, { contents, xattrs }) : expected;
  const b = typeof actual === 'string' ? treeSnapshot(actual, { contents, xattrs }) : actual;
  const differences = [...a].flatMap(([key, entry]) => {
    const other = b.get(key);
    return other ? entryDifferences(entry, other, comparison) : [`missing: ${name(entry)} (${entry.kind})`];
  });
  for (const [key, entry] of b) if (!a.has(key)) differences.push(`extra: ${name(entry)} (${entry.kind})`);
  differences.push(...hardLinkDifferences(a, b));
  return differences;
}

function entryDifferences(a: SnapshotEntry, b: SnapshotEntry, comparison: Comparison): string[] {
  const { times = 'ns', accessTimes = [], owners = true, holes = 64 * 1024 } = comparison;
  if (a.kind !== b.kind) return [`${name(a)}: kind ${a.kind}, got ${b.kind}`];
  const found: string[] = [];
  const check = (what: string, expected: unknown, got: unknown): void => {
    if (expected !== got) found.push(`${name(a)}: ${what} ${String(expected)}, got ${String(got)}`);
  };
  if (a.kind === 'file') check('size', a.stats.size, b.stats.size);
  if (a.digest !== undefined && b.digest !== undefined) check('digest', a.digest, b.digest);
  if (a.target && b.target) check('target', showBytes(a.target), showBytes(b.target));
  // A link has no mode of its own.
  if (a.kind !== 'link') check('mode', octal(a), octal(b));
  if (comparison.xattrs) check('attributes', shownAttributes(a), shownAttributes(b));
  if (a.kind === 'device') check('device numbers', a.stats.rdev, b.stats.rdev);
  if (owners) {
    check('uid', a.stats.uid, b.stats.uid);
    check('gid', a.stats.gid, b.stats.gid);
  }
  if (times && apart(a.stats.mtimeNs, b.stats.mtimeNs, times))
    check('mtime', a.stats.mtimeNs, b.stats.mtimeNs);
  if (times && accessTimes.includes(a.kind) && apart(a.stats.atimeNs, b.stats.atimeNs, times)) {
    check('atime', a.stats.atimeNs, b.stats.atimeNs);
  }
  if (a.kind === 'file' && holes !== false && isSparse(a) && room(b) > room(a) + BigInt(holes)) {
    found.push(`${name(a)}: holes filled, ${room(a)} bytes of room became ${room(b)}`);
  }
  return found;
}

function shownAttributes({ attributes }: SnapshotEntry): string {
  if (attributes === undefined) throw new Error('a snapshot without attributes cannot be compared by them');
  const shown = [...attributes].map(([name, value]) => `${name}=0x${value.toString('hex')}`);
  return shown.length === 0 ? 'none' : shown.sort().join(' ');
}

const name = (entry: SnapshotEntry): string => (entry.path.length === 0 ? 'the root' : showBytes(entry.path));
const octal = (entry: SnapshotEntry): string => (entry.stats.mode & 0o7777n).toString(8);
const room = (entry: SnapshotEntry): bigint => entry.stats.blocks * 512n;
const isSparse = (entry: SnapshotEntry): boolean => room(entry) < entry.stats.size;

function apart(a: bigint, b: bigint, times: 'ns' | 'us'): boolean {
  const distance = a < b ? b - a : a - b;
  return distance >= (times === 'ns' ? 1n : 1000n);
}

/** Both trees must split the names they share into the same groups of names for one inode. */
function hardLinkDifferences(a: TreeSnapshot, b: TreeSnapshot): string[] {
  const firstNames = [firstNameOfEach(a, b), firstNameOfEach(b, a)] as const;
  return [...firstNames[0]].flatMap(([key, first]) => {
    const got = firstNames[1].get(key);
    const entry = a.get(key);
    if (got === undefined || got === first || entry === undefined) return [];
    return [`${name(entry)}: hard link of ${shown(first)}, got one of ${shown(got)}`];
  });
}

const shown = (key: string): string => showBytes(Buffer.from(key, 'latin1'));

/** For each name, the first name (of those that both trees have) of the same inode: what it is a hard link of. */
function firstNameOfEach(tree: TreeSnapshot, other: TreeSnapshot): Map<string, string> {
  const firstByInode = new Map<string, string>();
  const firstByName = new Map<string, string>();
  for (const [key, entry] of tree) {
    if (entry.kind === 'folder' || other.get(key)?.kind !== entry.kind) continue;
    const inode = `${entry.stats.dev}:${entry.stats.ino}`;
    const first = firstByInode.get(inode) ?? key;
    firstByInode.set(inode, first);
    firstByName.set(key, first);
  }
  return firstByName;
}
