import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { checkAccounts, eventsOf, ofType } from './helpers/events.js';
import { makeTree } from './helpers/make-tree.js';
import { promised, promisedTimes } from './helpers/promised.js';
import { randomDestination, randomTree } from './helpers/random-tree.js';
import { rsyncDifferences } from './helpers/rsync-differences.js';
import { type CommandResult, runCommand } from './helpers/run-command.js';
import { scratchFolder } from './helpers/scratch-folder.js';
import type { TreeEntry } from './helpers/tree-description.js';
import { type TreeSnapshot, treeSnapshot } from './helpers/tree-snapshot.js';

// The same trees at each run of `npm test`, new ones at each `npm run soak`.
// `RANDOM_TREES` is how many; `RANDOM_SEED` (and `RANDOM_PATH`), printed on failure, bring one back.
const trees = Number(process.env.RANDOM_TREES ?? 200);
const seed = process.env.RANDOM_SEED
  ? Number(process.env.RANDOM_SEED)
  : process.env.RANDOM_TREES
    ? undefined
    : 20261123;
const reached = new Map<string, number>();

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

test(`${trees} random trees are copied whole and faithfully, with every kind and every way among them`, {
  timeout: 3_600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(randomCase(), async drawn => {
      const cleanups: (() => void)[] = [];
      try {
        await copyAndCompare(drawn, cleanup => cleanups.push(cleanup));
      } finally {
        for (const cleanup of cleanups) cleanup();
      }
      count(drawn);
    }),
    {
      numRuns: trees,
      ...(seed === undefined ? {} : { seed }),
      ...(process.env.RANDOM_PATH ? { path: process.env.RANDOM_PATH } : {}),
      interruptAfterTimeLimit: trees * 6000, // shrinking would go on for long
      markInterruptAsFailure: true,
    },
  );
  if (!process.env.RANDOM_PATH) expect(tooSeldom()).toEqual([]);
});

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

const waysBefore: Case['before'][] = promised.existingDestinations
  ? ['nothing', 'nothing', 'empty folder', 'a copy', 'other entries', 'other entries, deleted']
  : ['nothing'];
const chunkSizes = [7, 512, 1000, 1024, 1024, 4096, 65_536, 1_048_576];

async function copyAndCompare(drawn: Case, onCleanup: (cleanup: () => void) => void): Promise<void> {
  const within = drawn.memory && existsSync('/dev/shm') ? '/dev/shm' : undefined;
  const source = makeTree(drawn.source, join(scratchFolder(within, onCleanup), 'source'));
  const destination = join(dirname(source), 'destination');
  if (drawn.before !== 'nothing') makeTree(standingBefore(drawn), destination);
  const expected = treeSnapshot(source);
  if (drawn.before === 'a copy') await copied(drawn, source, destination);
  const result = await copied(drawn, source, destination);
  compare(drawn, source, destination, expected);
  // The source is as it was, in every respect.
  expect(compareTrees(expected, source)).toEqual([]);
  if (promised.events) checkEvents(result, expected);
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
  if (drawn.before === 'other entries, deleted') args.push('--delete');
  if (promised.events) args.push('--progress', 'json');
  const result = await runCommand([...args, source, destination]);
  expect(result).toMatchObject({ status: 0 });
  return result;
}

/** What stands under the name of a socket or device is not copied over, and not deleted either: the source has that name. */
function compare(drawn: Case, source: string, destination: string, snapshot: TreeSnapshot): void {
  const skipped = ['socket', 'device', ...(promised.fifos ? [] : ['fifo'])];
  const expected = new Map([...snapshot].filter(([, entry]) => !skipped.includes(entry.kind)));
  const leftAlone = [...snapshot.keys()].filter(path => !expected.has(path));
  if (drawn.before === 'other entries') leftAlone.push(ownFolder);
  const isLeftAlone = (path: string): boolean =>
    leftAlone.some(top => path === top || path.startsWith(`${top}/`));
  const actual = new Map([...treeSnapshot(destination)].filter(([path]) => !isLeftAlone(path)));
  const differences = compareTrees(expected, actual, {
    times: promisedTimes,
    owners: promised.owners,
    holes: promised.holes ? 16 * 1024 : false,
  });
  expect(differences).toEqual([]);
  const lines = rsyncDifferences(source, destination, {
    times: promisedTimes,
    checksum: true,
    xattrs: promised.xattrs,
  });
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

function count({ source, before, ifExists, workers, chunkBytes }: Case): void {
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

function tooSeldom(): string[] {
  const rare = Object.entries(expectedCounts()).filter(([what, least]) => (reached.get(what) ?? 0) < least);
  return rare.map(([what, least]) => `reached too seldom: ${what}, ${reached.get(what) ?? 0} of ${least}`);
}

/** In how many trees each must have been, at least: so far below what is to be expected that chance alone does not fail. */
function expectedCounts(): Record<string, number> {
  const [often, seldom] = [Math.floor(trees / 8), Math.floor(trees / 60)];
  const kinds = [
    'file',
    'folder',
    'link',
    'before 1970',
    ...(promised.anyName ? ['name that is not UTF-8'] : []),
  ];
  const ways = [...waysBefore.map(way => `before: ${way}`), ...chunkSizes.map(bytes => `chunk: ${bytes}`)];
  const optional = [
    promised.hardLinks && 'hardlink',
    promised.fifos && 'fifo',
    promised.skippedKinds && 'socket',
    promised.holes && 'holes',
  ].filter(kind => kind !== false);
  return {
    ...Object.fromEntries(kinds.map(kind => [kind, often])),
    ...Object.fromEntries(
      ['newline', 'read-only folder', ...optional].map(kind => [kind, Math.floor(trees / 40)]),
    ),
    ...Object.fromEntries([...ways, ...[1, 2, 3, 5, 8].map(n => `workers: ${n}`)].map(way => [way, seldom])),
  };
}
