import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { compiled } from '../bench/compiled.js';
import { killIfThere, processesMarked } from '../helpers/processes.js';
import { commandEnvironment, commandPath } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';

/**
 * Three hosts on one network: each has its own network, and its own mount of the same storage at the same path, with
 * caches and a device number of its own.
 */
export class Hosts {
  readonly backing = scratchFolder();
  /** Where each host has the storage. */
  readonly point = scratchFolder();
  readonly #id = randomUUID().slice(0, 4);
  readonly #subnet = `10.${100 + Math.floor(Math.random() * 100)}.${Math.floor(Math.random() * 250)}`;
  readonly #passThrough = compiled('slow/slowfs.c', 'fuse3');

  /** Of each host the process that keeps its mount. */
  readonly #keepers = new Map<Host, ChildProcess>();

  private constructor() {
    this.#ip('link', 'add', this.#bridge, 'type', 'bridge');
    onTestFinished(() => this.#remove());
    this.#ip('addr', 'add', `${this.address}/24`, 'dev', this.#bridge);
    this.#ip('link', 'set', this.#bridge, 'up');
    for (const host of HOSTS) this.#add(host);
  }

  static async make(): Promise<Hosts> {
    const hosts = new Hosts();
    for (const host of HOSTS) await hosts.#mount(host);
    return hosts;
  }

  /** Of the machine that all of them reach. */
  get address(): string {
    return `${this.#subnet}.1`;
  }

  /** Starts the command on a host. */
  start(host: Host, args: readonly string[], env: Record<string, string> = {}): HostCommand {
    const mark = randomUUID();
    const keeper = this.#keepers.get(host)?.pid;
    const within = ['-t', String(keeper), '-m', '-n', `--wd=${this.point}`];
    const child = spawn('nsenter', [...within, process.execPath, commandPath, ...args], {
      env: commandEnvironment({ ...env, [MARK]: mark }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const command = new HostCommand(child, mark);
    onTestFinished(() => command.kill());
    return command;
  }

  /** Cuts a host off, or connects it again. */
  part(host: Host, isParted: boolean): void {
    this.#ip('link', 'set', this.#cable(host), isParted ? 'down' : 'up');
  }

  #add(host: Host): void {
    const [netns, cable] = [this.#netns(host), this.#cable(host)];
    this.#ip('netns', 'add', netns);
    this.#ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', netns);
    this.#ip('link', 'set', cable, 'master', this.#bridge, 'up');
    this.#ip('-n', netns, 'addr', 'add', `${this.#subnet}.${host + 1}/24`, 'dev', 'eth0');
    for (const link of ['eth0', 'lo']) this.#ip('-n', netns, 'link', 'set', link, 'up');
  }

  async #mount(host: Host): Promise<void> {
    const script = '"$1" -d 0 "$2" "$3" & until mountpoint -q "$3"; do sleep 0.02; done; echo ready; wait';
    const within = ['netns', 'exec', this.#netns(host), 'unshare', '-m', '--propagation', 'private'];
    const words = [this.#passThrough, this.backing, this.point];
    const mark = randomUUID();
    const keeper = spawn('ip', [...within, 'sh', '-c', script, 'sh', ...words], {
      env: { ...process.env, [MARK]: mark },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#keepers.set(host, keeper);
    onTestFinished(() => {
      for (const pid of processesMarked(MARK, mark)) killIfThere(pid, 'SIGKILL');
    });
    await once(keeper.stdout, 'data');
  }

  #remove(): void {
    for (const host of HOSTS) this.#ip('netns', 'del', this.#netns(host));
    this.#ip('link', 'del', this.#bridge);
  }

  get #bridge(): string {
    return `fcb${this.#id}`;
  }

  #netns(host: Host): string {
    return `fc-${this.#id}-${host}`;
  }

  #cable(host: Host): string {
    return `fcv${this.#id}${host}`;
  }

  #ip(...words: string[]): void {
    execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

export type Host = 1 | 2 | 3;
const HOSTS: readonly Host[] = [1, 2, 3];
const MARK = 'FOLDER_COPY_TEST_HOST';

/** The command on a host, with the file system that it uses. */
export class HostCommand {
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #mark: string;
  readonly #said = { stdout: '', stderr: '' };

  constructor(child: ChildProcess, mark: string) {
    this.#child = child;
    this.#mark = mark;
    child.stdout?.setEncoding('utf8').on('data', text => (this.#said.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', text => (this.#said.stderr += text));
    this.ended = once(child, 'exit').then(([status]) => status);
  }

  get output(): { readonly stdout: string; readonly stderr: string } {
    return this.#said;
  }

  async sees(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#said.stdout) && !pattern.test(this.#said.stderr)) {
      if (this.#child.exitCode !== null) throw new Error(`ended: ${JSON.stringify(this.#said).slice(-2000)}`);
      await sleep(20);
    }
  }

  /** To all that runs on the host for this command. */
  signal(name: NodeJS.Signals): void {
    for (const pid of processesMarked(MARK, this.#mark)) killIfThere(pid, name);
  }

  async kill(): Promise<void> {
    for (const pid of processesMarked(MARK, this.#mark)) killIfThere(pid, 'SIGKILL');
    await this.ended;
  }
}
