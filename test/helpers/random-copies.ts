import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { compareTrees } from './compare-trees.js';
import { checkAccounts, eventsOf, ofType } from './events.js';
import { makeTree } from './make-tree.js';
import { randomDestination, randomTree } from './random-tree.js';
import { rsyncDifferences } from './rsync-differences.js';
import { type CommandResult, runCommand } from './run-command.js';
import { memoryFolder, type OnCleanup, scratchFolder } from './scratch-folder.js';
import type { TreeEntry } from './tree-description.js';
import { type Kind, type TreeSnapshot, treeSnapshot } from './tree-snapshot.js';

export interface RandomCopies {
  trees: number;
  /** left out: another one each time */
  seed?: number;
  /** rsync's opinion too */
  rsync: boolean;
}

/**
 * Copies random trees and compares, with every kind and every way among them. What fails is shrunk and printed with
 * `seed` and `path`: `RANDOM_SEED` and `RANDOM_PATH` in the environment bring it back.
 */
export async function copyRandomTrees({ trees, seed, rsync }: RandomCopies): Promise<void> {
  const { RANDOM_SEED, RANDOM_PATH } = process.env;
  const reached = new Map<string, number>();
  const property = fc.asyncProperty(randomCase(), async drawn => {
    const cleanups: (() => void)[] = [];
    try {
      await copyAndCompare(drawn, rsync, cleanup => cleanups.push(cleanup));
    } finally {
      for (const cleanup of cleanups) cleanup();
    }
    count(drawn, reached);
  });
  const wanted = RANDOM_SEED ? Number(RANDOM_SEED) : seed;
  await fc.assert(property, {
    numRuns: trees,
    ...(wanted === undefined ? {} : { seed: wanted }),
    ...(RANDOM_PATH ? { path: RANDOM_PATH } : {}),
    interruptAfterTimeLimit: trees * 6000, // shrinking would go on for long
    markInterruptAsFailure: true,
  });
  if (!RANDOM_PATH) expect(tooSeldom(reached, trees)).toEqual([]);
}

interface Case {
  source: TreeEntry[];
  /** what stands in the destination before */
  before: 'nothing' | 'empty folder' | 'a copy' | 'other entries' | 'other entries, deleted';
  other: TreeEntry[];
  ifExists: 'overwrite' | 'update';
  workers: number;
  chunkBytes: number;
  memory: boolean;
}

function randomCase(): fc.Arbitrary<Case> {
  return randomTree().chain(source =>
    fc.record({
      source: fc.constant(source),
      before: fc.constantFrom<Case['before'][]>(...waysBefore),
      other: randomDestination(source),
      ifExists: fc.constantFrom<Case['ifExists'][]>('overwrite', 'update'),
      workers: fc.constantFrom(1, 2, 3, 5, 8),
      chunkBytes: fc.constantFrom(...chunkSizes),
      memory: fc.boolean(),
    }),
  );
}

const waysBefore: Case['before'][] = [
  'nothing',
  'nothing',
  'empty folder',
  'a copy',
  'other entries',
  'other entries, deleted',
];
const chunkSizes = [7, 512, 1000, 1024, 1024, 4096, 65_536, 1_048_576];

async function copyAndCompare(drawn: Case, rsync: boolean, onCleanup: OnCleanup): Promise<void> {
  const within = drawn.memory ? memoryFolder : undefined;
  const source = makeTree(drawn.source, join(scratchFolder(within, onCleanup), 'source'));
  const destination = join(dirname(source), 'destination');
  if (drawn.before !== 'nothing') makeTree(standingBefore(drawn), destination);
  const expected = treeSnapshot(source, { xattrs: true });
  if (drawn.before === 'a copy') await copied(drawn, source, destination);
  const result = await copied(drawn, source, destination);
  const leftAlone = namesLeftAlone(drawn, expected);
  compare(expected, treeSnapshot(destination, { xattrs: true }), leftAlone);
  if (rsync) compareAsRsync(source, destination, leftAlone);
  // The source is as it was, in every respect.
  expect(compareTrees(expected, source, { xattrs: true })).toEqual([]);
  checkEvents(result, expected);
}

/** Entries of the destination's own stay, in a folder of their own, unless they are to be deleted. */
function standingBefore({ before, other }: Case): TreeEntry[] {
  if (before === 'other entries, deleted') return other;
  return before === 'other entries'
    ? [
        { path: ownFolder, kind: 'folder' },
        { path: `${ownFolder}/file`, kind: 'file', size: 5 },
      ]
    : [];
}

const ownFolder = 'only in the destination';

async function copied(drawn: Case, source: string, destination: string): Promise<CommandResult> {
  const args = ['--workers', String(drawn.workers), '--chunk-size', String(drawn.chunkBytes)];
  if (drawn.before !== 'nothing') args.push('--if-exists', drawn.ifExists);
  if (drawn.before === 'other entries, deleted') args.push('--delete', '--max-delete', '100%');
  args.push('--progress', 'json');
  const result = await runCommand([...args, source, destination]);
  expect(result).toMatchObject({ status: 0 });
  return result;
}

/** What stands under the name of a socket or device is not copied over, and not deleted either: the source has that name. */
function namesLeftAlone({ before }: Case, source: TreeSnapshot): string[] {
  const skipped = [...source].filter(([, { kind }]) => isSkipped(kind)).map(([path]) => path);
  return before === 'other entries' ? [...skipped, ownFolder] : skipped;
}

const isSkipped = (kind: Kind): boolean => kind === 'socket' || kind === 'device';

function compare(source: TreeSnapshot, copy: TreeSnapshot, leftAlone: string[]): void {
  const isLeftAlone = (path: string): boolean =>
    leftAlone.some(top => path === top || path.startsWith(`${top}/`));
  const expected = new Map([...source].filter(([, { kind }]) => !isSkipped(kind)));
  const actual = new Map([...copy].filter(([path]) => !isLeftAlone(path)));
  expect(compareTrees(expected, actual, { holes: 16 * 1024, xattrs: true })).toEqual([]);
}

function compareAsRsync(source: string, copy: string, leftAlone: string[]): void {
  const lines = rsyncDifferences(source, copy, { checksum: true, xattrs: true });
  const known = (line: string): boolean => isSpecial(line) || line.includes(ownFolder);
  const below = leftAlone.map(path => `*deleting   ${asRsyncWritesIt(path)}`);
  expect(lines.filter(line => !known(line) && !below.some(start => line.startsWith(start)))).toEqual([]);
}

/** Sockets and devices are not copied, and FIFOs, which rsync calls by the same letter, are held to the other comparison. */
const isSpecial = (line: string): boolean => /^.[SD]/.test(line);

function asRsyncWritesIt(path: string): string {
  return path.replace(/[^\t\x20-\x7e]/g, byte => `\\#${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** Every event is one by the schema, and every entry of the tree is spoken of once. */
function checkEvents({ stdout }: CommandResult, expected: TreeSnapshot): void {
  const events = eventsOf(stdout);
  checkAccounts(events);
  const [listed] = ofType(events, 'listed');
  // The root is no entry.
  expect((listed?.files ?? 0) + (listed?.folders ?? 0)).toBe(expected.size - 1);
}

function count({ source, before, ifExists, workers, chunkBytes }: Case, reached: Map<string, number>): void {
  const features = source.flatMap(entry => {
    const found: string[] = [entry.kind];
    if (typeof entry.path !== 'string') found.push('name that is not UTF-8');
    else if (entry.path.includes('\n')) found.push('newline');
    if (entry.kind === 'file' && 'data' in entry) found.push('holes');
    if (entry.mtime?.startsWith('-')) found.push('before 1970');
    if (entry.mode === '555' || entry.mode === '500') found.push('read-only folder');
    return found;
  });
  const ways = [`before: ${before}`, `workers: ${workers}`, `chunk: ${chunkBytes}`, `policy: ${ifExists}`];
  for (const what of new Set([...features, ...ways])) reached.set(what, (reached.get(what) ?? 0) + 1);
}

function tooSeldom(reached: ReadonlyMap<string, number>, trees: number): string[] {
  const rare = Object.entries(expectedCounts(trees)).filter(
    ([what, least]) => (reached.get(what) ?? 0) < least,
  );
  return rare.map(([what, least]) => `reached too seldom: ${what}, ${reached.get(what) ?? 0} of ${least}`);
}

/** In how many trees each must have been, at least: so far below what is to be expected that chance alone does not fail. */
function expectedCounts(trees: number): Record<string, number> {
  const [often, seldom] = [Math.floor(trees / 8), Math.floor(trees / 60)];
  const kinds = ['file', 'folder', 'link', 'before 1970', 'name that is not UTF-8'];
  const rarer = ['hardlink', 'fifo', 'socket', 'holes', 'newline', 'read-only folder'];
  const ways = [...waysBefore.map(way => `before: ${way}`), ...chunkSizes.map(bytes => `chunk: ${bytes}`)];
  return {
    ...Object.fromEntries(kinds.map(kind => [kind, often])),
    ...Object.fromEntries(rarer.map(kind => [kind, Math.floor(trees / 40)])),
    ...Object.fromEntries([...ways, ...[1, 2, 3, 5, 8].map(n => `workers: ${n}`)].map(way => [way, seldom])),
  };
}
