import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CopyEvent, FileEvent } from '../../src/copier/events.js';
import type { CopyOptions } from '../../src/copier/options.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { processesMarked } from '../helpers/processes.js';
import { fromRoot } from '../helpers/project-root.js';
import { rsyncDifferences } from '../helpers/rsync-differences.js';
import { commandEnvironment } from '../helpers/run-command.js';
import { type TreeSnapshot, treeSnapshot } from '../helpers/tree-snapshot.js';
import { makeKillSource, makeOlderCopy } from './kill-tree.js';

/** How far a run has come, as its events and system calls tell. */
export type Phase = 'listing' | 'copying' | 'finishing' | 'last rename';
export type Kill = 'a worker' | 'all' | 'the parent' | 'SIGINT' | 'SIGTERM';
export const phases: readonly Phase[] = ['listing', 'copying', 'finishing', 'last rename'];
export const kills: readonly Kill[] = ['a worker', 'all', 'the parent', 'SIGINT', 'SIGTERM'];

/** One moment at which something is killed: drawn, so that a seed brings it back as far as processes allow. */
export interface Moment {
  phase: Phase;
  kill: Kill;
  standing: boolean;
  /** 0 to 1: how far into the phase */
  at: number;
}

/** What became of it. */
export interface Outcome {
  /** where it really was; undefined: the run had ended before */
  reached: Phase | undefined;
  /** milliseconds after which none of its processes lived */
  goneAfterMs: number;
  problems: string[];
}

/** Kinds of kill and places go round, so that each phase has all of them; when exactly is drawn. */
export function drawMoments(count: number, random: () => number): Moment[] {
  return Array.from({ length: count }, (_, n) => {
    const phase = phases[n % phases.length] ?? 'copying';
    const kill = kills[Math.floor(n / phases.length) % kills.length] ?? 'all';
    const standing = phase !== 'last rename' && random() < 0.5;
    return { phase, kill, standing, at: random() };
  });
}

/** The trees of many moments: built once, and a place for the copy of each. */
export class KillPlace {
  readonly #root: string;
  readonly #source: string;
  readonly #older: string;
  readonly #sourceBefore: TreeSnapshot;
  readonly #olderBefore: TreeSnapshot;
  #moments = 0;

  constructor(root: string) {
    this.#root = root;
    this.#source = makeKillSource(join(root, 'source'));
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
    if (problems.length === 0) execFileSync('rm', ['-rf', place]);
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
    const left = execFileSync('find', [place, '-name', '.folder-copy*', '-o', '-name', '*.partial*']);
    if (left.length > 0) problems.push(`left: ${left}`);
    const copy = treeSnapshot(destination);
    const expected = new Map(this.#sourceBefore);
    for (const [path, entry] of standing ? this.#olderBefore : []) {
      if (!expected.has(path)) expected.set(path, entry);
    }
    problems.push(...compareTrees(expected, copy));
    const lines = rsyncDifferences(this.#source, destination);
    problems.push(...lines.filter(line => !(standing && line.startsWith('*deleting'))));
    return problems;
  }
}

const isFile = (event: CopyEvent): event is FileEvent => event.type === 'file';
const isOurName = (path: string): boolean => /(^|\/)\.folder-copy\.[^/]*$/.test(path);

/** The root is finished last, once mark and claim are gone from it. */
function withoutRoot(tree: TreeSnapshot): TreeSnapshot {
  return new Map([...tree].filter(([path]) => path !== ''));
}

function withoutOurNames(tree: TreeSnapshot, inRootOnly: boolean): TreeSnapshot {
  return new Map([...tree].filter(([path]) => !(isOurName(path) && (!inRootOnly || !path.includes('/')))));
}

const program = fromRoot('dist/test/faults/copy-program.js');
const markName = 'FOLDER_COPY_TEST_RUN';
/** Five times what is measured on an idle machine, and more. */
const longestRunMs = 60_000;
const goneWithinMs = 5000;

interface SpawnedCopy {
  child: ChildProcess;
  events: CopyEvent[];
  finished: Promise<{ status: number | null; signal: NodeJS.Signals | null; stderr: string }>;
  processes(): number[];
}

function spawnCopy(args: readonly string[], wrapper: readonly string[] = []): SpawnedCopy {
  const mark = randomUUID();
  const [command = '', ...rest] = [...wrapper, process.execPath, program, ...args];
  const child = spawn(command, rest, {
    env: commandEnvironment({ [markName]: mark }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const events: CopyEvent[] = [];
  let unread = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    events.push(...lines.map(line => JSON.parse(line) as CopyEvent));
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const processes = () => processesMarked(markName, mark).filter(pid => !isTracer(pid));
  const finished = new Promise<Awaited<SpawnedCopy['finished']>>((resolve, reject) => {
    const timer = setTimeout(() => {
      for (const pid of processes()) killIfThere(pid, 'SIGKILL');
      reject(new Error(`no end after ${longestRunMs} ms; last event ${JSON.stringify(events.at(-1))}`));
    }, longestRunMs);
    child.once('error', reject);
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, stderr });
    });
  });
  finished.catch(() => {});
  return { child, events, finished, processes };
}

/** One run, watched so closely that it can be killed in a given phase. */
class WatchedRun {
  readonly #moment: Moment;
  readonly #copy: SpawnedCopy;
  readonly #log: string;
  readonly #entries: number;
  readonly #destination: string;
  #killed = 0;
  #isOver = false;
  goneAfterMs = 0;

  constructor(source: string, destination: string, moment: Moment, expected: TreeSnapshot) {
    this.#moment = moment;
    this.#destination = destination;
    this.#log = `${destination}.strace`.replace(/\/copy\.strace$/, '.strace');
    this.#entries = [...expected.values()].filter(({ kind }) => kind !== 'folder').length;
    const options: CopyOptions = { workers: 3, ...(moment.standing && { ifExists: 'update' }) };
    const args = [source, destination, JSON.stringify(options)];
    this.#copy = spawnCopy(args, this.#slowedDown());
    this.#copy.finished.finally(() => (this.#isOver = true)).catch(() => {});
  }

  get events(): readonly CopyEvent[] {
    return this.#copy.events;
  }

  /** Waits for the phase and a drawn while more, and kills. @returns the phase it then was in */
  async killAtMoment(): Promise<Phase | undefined> {
    const { phase, at } = this.#moment;
    if (phase === 'copying') {
      const target = Math.floor(at * this.#entries);
      await this.#until(() => this.#phase() !== 'listing' && this.#settled() >= target);
    } else {
      await this.#until(() => this.#phase() === phase);
      await delay(at * windowMs[phase]);
    }
    const reached = this.#phase();
    this.#killed = performance.now();
    this.#kill();
    return reached;
  }

  /** How the run ended, and whether all its processes did. */
  async problemsWithItsEnd(): Promise<string[]> {
    const { status, signal, stderr } = await this.#copy.finished;
    const isKilled = ['all', 'the parent'].includes(this.#moment.kill);
    // With a worker gone, the run goes on and its end is its own.
    const from = this.#moment.kill === 'a worker' ? performance.now() : this.#killed;
    await this.#until(() => this.#copy.processes().length === 0, goneWithinMs);
    this.goneAfterMs = performance.now() - from;
    const left = this.#copy.processes();
    for (const pid of left) killIfThere(pid, 'SIGKILL');
    const problems = left.length > 0 ? [`alive after ${goneWithinMs} ms: ${left.length}`] : [];
    const said = stderr.split('\n').filter(line => line !== '' && !line.startsWith('strace: '));
    if (said.length > 0) problems.push(`said: ${said.join(' / ')}`);
    const ended = signal ?? status;
    const wanted = { 'a worker': 0, SIGINT: 130, SIGTERM: 143, all: 'SIGKILL', 'the parent': 'SIGKILL' };
    // What comes too late stops nothing: the run has its end.
    const isLate = ended === 0 && (!isKilled || this.events.at(-1)?.type === 'end');
    if (ended !== wanted[this.#moment.kill] && !isLate) problems.push(`ended with ${ended}`);
    return problems;
  }

  #kill(): void {
    const { kill } = this.#moment;
    const parent = this.#copy.child.pid ?? -1;
    const all = this.#copy.processes();
    const workers = all.filter(pid => pid !== parent);
    if (kill === 'SIGINT' || kill === 'SIGTERM') killIfThere(parent, kill);
    else if (kill === 'the parent') killIfThere(parent, 'SIGKILL');
    else if (kill === 'all') for (const pid of [parent, ...workers]) killIfThere(pid, 'SIGKILL');
    else for (const pid of workers.slice(0, 1)) killIfThere(pid, 'SIGKILL');
  }

  #settled(): number {
    return this.events.filter(event => isFile(event) && event.how !== 'made' && event.how !== 'kept').length;
  }

  #phase(): Phase | undefined {
    if (this.#isOver || !this.events.some(({ type }) => type === 'start')) return undefined;
    if (this.#hasBegunLastRename()) return 'last rename';
    if (!this.events.some(({ type }) => type === 'listed')) return 'listing';
    // The FIFO is made, too.
    return this.#settled() < this.#entries - 1 ? 'copying' : 'finishing';
  }

  /** strace writes a call down before it lets it happen. */
  #hasBegunLastRename(): boolean {
    if (this.#moment.standing) return false;
    if (existsSync(this.#destination)) return true;
    if (this.#moment.phase !== 'last rename' || !existsSync(this.#log)) return false;
    return readFileSync(this.#log, 'latin1').includes(`rename("${this.#destination}.partial", `);
  }

  async #until(isSo: () => boolean, withinMs = longestRunMs): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!isSo() && performance.now() < deadline) {
      if (this.#isOver && withinMs === longestRunMs) return;
      await delay(1);
    }
  }

  /** What is over too soon to be hit is made slower from outside; the copying itself is not. */
  #slowedDown(): string[] {
    const [calls, ...options] = slowed[this.#moment.phase](this.#destination);
    if (calls === undefined) return [];
    return [
      'strace',
      '-D',
      '-qq',
      '-f',
      '--seccomp-bpf',
      '-o',
      this.#log,
      '-e',
      `trace=${calls}`,
      ...options,
    ];
  }
}

const slowed: Record<Phase, (destination: string) => string[]> = {
  listing: () => ['getdents64', '-e', 'inject=getdents64:delay_exit=3000'],
  copying: () => [],
  finishing: () => ['chmod', '-e', 'inject=chmod:delay_enter=40000'],
  'last rename': destination => [
    'rename,unlink',
    ...[`${destination}.partial`, destination, `${destination}/.folder-copy.mark`].flatMap(path => [
      '-P',
      path,
    ]),
    ...['-P', `${destination}/.folder-copy.claim`],
    ...['-e', 'inject=rename:delay_enter=60000:delay_exit=60000'],
    ...['-e', 'inject=unlink:delay_enter=40000:delay_exit=40000'],
  ],
};

/** How long the phases take, made slower as above. */
const windowMs: Record<Phase, number> = { listing: 150, copying: 0, finishing: 60, 'last rename': 280 };

function killIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

function isTracer(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === 'strace';
  } catch {
    return true; // it has ended
  }
}
