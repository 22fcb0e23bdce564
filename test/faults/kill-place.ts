import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CopyEvent } from '../../src/copier/report/events.js';
import type { CopyOptions } from '../../src/copier/request/options.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { rsyncDifferences } from '../helpers/rsync-differences.js';
import { removeTree } from '../helpers/scratch-folder.js';
import { type TreeSnapshot, treeSnapshot } from '../helpers/tree-snapshot.js';
import { makeKillSource, makeOlderCopy } from './kill-tree.js';
import type { Moment, Phase } from './moment.js';
import { isFile, spawnCopy } from './spawn-copy.js';
import { WatchedRun } from './watched-run.js';

/** What became of it. */
export interface Outcome {
  /** where it really was; undefined: the run had ended before */
  reached: Phase | undefined;
  /** milliseconds after which none of its processes lived */
  goneAfterMs: number;
  problems: string[];
}

export interface KillTrees {
  /** of the largest file; from 64 MiB on it is split over the workers by ranges */
  largeBytes: number;
  /** whether rsync is asked for its opinion, too */
  rsync: boolean;
}

/** The trees of many moments: built once, and a place for the copy of each. */
export class KillPlace {
  readonly #root: string;
  readonly #source: string;
  readonly #older: string;
  readonly #sourceBefore: TreeSnapshot;
  readonly #olderBefore: TreeSnapshot;
  readonly #rsync: boolean;
  #moments = 0;

  constructor(root: string, { largeBytes, rsync }: KillTrees) {
    this.#root = root;
    this.#rsync = rsync;
    this.#source = makeKillSource(join(root, 'source'), largeBytes);
    this.#older = makeOlderCopy(join(root, 'older'));
    // What of it is as in the source: later runs have nothing to do there.
    for (let folder = 0; folder < 24; folder++) {
      const [from, to] = [join(this.#source, `folder ${folder}`), join(this.#older, `folder ${folder}`)];
      execFileSync('cp', ['-a', ...[9, 12, 15, 18].map(file => join(from, String(file))), to]);
    }
    this.#sourceBefore = treeSnapshot(this.#source);
    this.#olderBefore = treeSnapshot(this.#older);
  }

  /** Whether the source is as it was. */
  sourceDifferences(): string[] {
    return compareTrees(this.#sourceBefore, this.#source);
  }

  /** Runs a copy, kills at the moment, looks at what is left, and lets a second run complete it. */
  async live(moment: Moment): Promise<Outcome> {
    this.#moments += 1;
    const place = join(this.#root, `moment ${this.#moments}`);
    const destination = join(place, 'copy');
    execFileSync('mkdir', [place]);
    if (moment.standing) execFileSync('cp', ['-a', this.#older, destination]);
    const run = new WatchedRun(this.#source, destination, moment, this.#sourceBefore);
    const reached = await run.killAtMoment();
    const problems = await run.problemsWithItsEnd();
    problems.push(...this.#brokenIn(place, destination, moment));
    problems.push(...(await this.#completed(place, destination, moment, run.events)));
    if (problems.length === 0) removeTree(place);
    return { reached, goneAfterMs: run.goneAfterMs, problems };
  }

  /** What may not be so after any kill. */
  #brokenIn(place: string, destination: string, { standing }: Moment): string[] {
    const strangers = readdirSync(place).filter(name => name !== 'copy' && name !== 'copy.partial');
    const problems = strangers.map(name => `left beside the destination: ${name}`);
    if (standing) return [...problems, ...this.#tornIn(destination)];
    if (!existsSync(destination)) return problems;
    if (existsSync(`${destination}.partial`)) problems.push('both the copy and its .partial stand');
    const there = withoutOurNames(treeSnapshot(destination), true);
    return [...problems, ...compareTrees(withoutRoot(this.#sourceBefore), withoutRoot(there))];
  }

  /** Every file of an existing destination is whole, as it was or as it is to be; what is its own is untouched. */
  #tornIn(destination: string): string[] {
    const now = treeSnapshot(destination);
    const problems: string[] = [];
    for (const [path, entry] of now) {
      const [before, wanted] = [this.#olderBefore.get(path), this.#sourceBefore.get(path)];
      if (before === undefined && wanted === undefined) {
        if (!isOurName(path)) problems.push(`${path} was never meant to be there`);
      } else if (entry.digest !== before?.digest && entry.digest !== wanted?.digest) {
        problems.push(`${path} is neither old nor new`);
      }
    }
    for (const path of this.#olderBefore.keys()) if (!now.has(path)) problems.push(`${path} is gone`);
    return problems;
  }

  /** A second run, of the same command, completes it and copies nothing again that was told of as finished. */
  async #completed(
    place: string,
    destination: string,
    { standing }: Moment,
    events: readonly CopyEvent[],
  ): Promise<string[]> {
    const options: CopyOptions = { ...(existsSync(destination) && { ifExists: 'update' }), workers: 3 };
    const second = spawnCopy([this.#source, destination, JSON.stringify(options)]);
    const { status, stderr } = await second.finished;
    const problems: string[] = [];
    if (status !== 0 || stderr !== '') problems.push(`the second run: status ${status}, ${stderr}`);
    const finished = new Set(events.filter(isFile).map(({ path }) => path));
    for (const { path, how } of second.events.filter(isFile)) {
      if (finished.has(path) && how !== 'skipped' && how !== 'kept') {
        problems.push(`${path} was finished, and ${how} again`);
      }
    }
    const names = readdirSync(place, { recursive: true, encoding: 'utf8' }).map(name => basename(name));
    const left = names.filter(name => name.startsWith('.folder-copy') || name.includes('.partial'));
    if (left.length > 0) problems.push(`left: ${left}`);
    const copy = treeSnapshot(destination);
    const expected = new Map(this.#sourceBefore);
    for (const [path, entry] of standing ? this.#olderBefore : []) {
      if (!expected.has(path)) expected.set(path, entry);
    }
    problems.push(...compareTrees(expected, copy));
    const lines = this.#rsync ? rsyncDifferences(this.#source, destination) : [];
    problems.push(...lines.filter(line => !(standing && line.startsWith('*deleting'))));
    return problems;
  }
}

const isOurName = (path: string): boolean => /(^|\/)\.folder-copy\.[^/]*$/.test(path);

/** The root is finished last, once mark and claim are gone from it. */
function withoutRoot(tree: TreeSnapshot): TreeSnapshot {
  return new Map([...tree].filter(([path]) => path !== ''));
}

function withoutOurNames(tree: TreeSnapshot, inRootOnly: boolean): TreeSnapshot {
  return new Map([...tree].filter(([path]) => !(isOurName(path) && (!inRootOnly || !path.includes('/')))));
}
