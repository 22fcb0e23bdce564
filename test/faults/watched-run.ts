import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { CopyEvent } from '../../src/copier/report/events.js';
import type { CopyOptions } from '../../src/copier/request/options.js';
import { killIfThere } from '../helpers/processes.js';
import type { TreeSnapshot } from '../helpers/tree-snapshot.js';
import type { Moment, Phase } from './moment.js';
import { isFile, longestRunMs, type SpawnedCopy, spawnCopy } from './spawn-copy.js';

/** One run, watched so closely that it can be killed in a given phase. */
export class WatchedRun {
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
    const parent = this.#copy.child.pid ?? Number.NaN;
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
const goneWithinMs = 5000;
