import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { freePort } from '../helpers/free-port.js';
import { killIfThere } from '../helpers/processes.js';
import { type CommandOptions, type RunningCommand, startCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';

/** A Redis of a test's own, gone with it. */
export class TestRedis {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  #server: ChildProcess | undefined;

  constructor(port: number, folder: string, options: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#server?.pid ?? Number.NaN;
  }

  async start(): Promise<void> {
    const place = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder];
    this.#server = spawn('redis-server', [...place, '--save', '', ...this.#options], { stdio: 'ignore' });
    for (;;) {
      if (await this.#answers()) return;
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }

  /** How many keys there are. */
  async size(): Promise<number> {
    return await this.ask(redis => redis.dbsize());
  }

  async ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis({ port: this.port, lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => {});
    try {
      await redis.connect();
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }

  async #answers(): Promise<boolean> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }
}

export async function startRedis(...options: readonly string[]): Promise<TestRedis> {
  const redis = new TestRedis(await freePort(), scratchFolder(), options);
  await redis.start();
  onTestFinished(() => redis.stop());
  return redis;
}

/** A member of a fleet, ended with the test. */
export function startMember(
  redis: TestRedis,
  root: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
): RunningCommand {
  const join = ['--join', redis.url, '--root', root, '-w', '2', ...args];
  const member = startCommand(join, { timeoutMs: 170_000, ...options });
  onTestFinished(async () => {
    for (const pid of member.processes()) killIfThere(pid, 'SIGKILL');
    await member.finished.catch(() => {});
  });
  return member;
}

export function startCoordinator(
  redis: TestRedis,
  cwd: string,
  args: readonly string[] = [],
): RunningCommand {
  const command = startCommand(
    ['--fleet', redis.url, '-w', '1', '--progress', 'json', ...args, 'source', 'copy'],
    { cwd, timeoutMs: 170_000 },
  );
  onTestFinished(async () => {
    for (const pid of command.processes()) killIfThere(pid, 'SIGKILL');
    await command.finished.catch(() => {});
  });
  return command;
}

/** A source of many small files in some folders. */
export function manyFiles(root: string, folders: number, filesEach: number): void {
  for (let folder = 0; folder < folders; folder += 1) {
    const path = join(root, 'source', `folder ${folder}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < filesEach; file += 1)
      writeFileSync(join(path, `file ${file}`), `${folder} ${file}\n`.repeat((file * 37) % 300));
  }
}

/** A copy that takes long. */
export async function begun(redis: TestRedis, root: string): Promise<RunningCommand> {
  manyFiles(root, 10, 60);
  const copy = startCoordinator(redis, root, ['--bwlimit', '10k']);
  await copy.sees(/"type":"file"/);
  return copy;
}
