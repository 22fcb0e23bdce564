import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, type Queue, task } from '../../src/multiprocessing/index.js';

// What the tests run in other processes.

let initialized: unknown;

export const double = (x: number) => x * 2;
export const echo = (value: unknown) => value;
export const pid = () => process.pid;
export const nothing = () => undefined;
export const aFunction = () => () => 1;
export const exitWith = (code: number) => process.exit(code);
export const initialize = (value: unknown) => {
  initialized = value;
};
export const initializedWith = () => initialized;
export const failToInitialize = () => {
  throw new RangeError('no initializer today');
};

export function fail(): never {
  const cause = Object.assign(new Error('disk on fire'), { code: 'EIO', errno: -5, syscall: 'read' });
  throw Object.assign(new TypeError('cannot read', { cause }), { code: 'EREAD', path: '/tmp/x' });
}

export function throwValue(): never {
  throw { answer: 42 };
}

export function oddFails(x: number): number {
  if (x % 2 === 1) throw new Error(`odd: ${x}`);
  return x;
}

export async function wait(ms: number): Promise<number> {
  await sleep(ms);
  return ms;
}

export function block(ms: number): number {
  const end = Date.now() + ms;
  while (Date.now() < end);
  return process.pid;
}

export async function crashBeside(): Promise<void> {
  setTimeout(() => {
    throw new Error('thrown beside the task');
  }, 1);
  await sleep(10_000);
}

export function eatMemory(): number {
  const hoard: number[][] = [];
  for (;;) hoard.push(new Array<number>(100_000).fill(hoard.length));
}

/** Says that it has begun, and later returns more than a pipe takes at once. */
export async function returnMuch(begun: Queue<number>): Promise<Buffer> {
  await begun.put(process.pid);
  await sleep(50);
  return Buffer.alloc(10_000_000);
}

/** Leaves a trace of each run. */
export const appendLine = (path: string) => appendFileSync(path, 'run\n');

export async function ignoreSigterm(started: Queue<number>): Promise<void> {
  process.on('SIGTERM', () => {});
  await started.put(process.pid);
  await sleep(60_000);
}

export async function produce(queue: Queue<unknown>, producer: number, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await queue.put([producer, n]);
}

export async function produceAtOnce(queue: Queue<number>, count: number): Promise<void> {
  for (let n = 0; n < count; n++) void queue.put(n);
}

export async function putAndDie(queue: Queue<number>, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await queue.put(n);
  process.kill(process.pid, 'SIGKILL');
}

export async function relay(from: Queue<unknown>, to: Queue<unknown>): Promise<number> {
  let relayed = 0;
  for await (const item of from) {
    await to.put(item);
    relayed += 1;
  }
  return relayed;
}

export async function nested(handles: { list: [Queue<number>] }): Promise<number> {
  await handles.list[0].put(7);
  return 1;
}

export async function getWithin<T>(queue: Queue<T>, timeout: number): Promise<T> {
  return queue.get({ timeout });
}

export async function take(queue: Queue<number>, count: number): Promise<number[]> {
  const items: number[] = [];
  for (let n = 0; n < count; n++) items.push(await queue.get());
  return items;
}

export async function takeAndBlockFor(queue: Queue<number>, count: number, ms: number): Promise<number[]> {
  const items = await take(queue, count);
  block(ms);
  return items;
}

export async function putWithin<T>(queue: Queue<T>, item: T, timeout: number): Promise<void> {
  await queue.put(item, { timeout });
}

export async function nowait(queue: Queue<number>): Promise<[number, boolean, boolean]> {
  await queue.putNowait(1);
  const size = await queue.qsize();
  const full = await queue.full();
  await queue.getNowait();
  return [size, full, await queue.empty()];
}

/** Takes a few items quickly, and then keeps its event loop to itself. */
export async function takeAndBlock(queue: Queue<number>, taken: Queue<number>, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await taken.put(await queue.get());
  block(60_000);
}

/** A parent for the tests: makes children that would outlive it, tells their pids, and is killed. */
export async function parentOfBlocked(pids: Queue<number[]>): Promise<void> {
  const pool = new Pool(2);
  const blocked = task<typeof block>(import.meta.url, 'block');
  const waiting = task<typeof wait>(import.meta.url, 'wait');
  // Both have started, with all that watches over them.
  await Promise.all([pool.applyAsync(waiting, [50]), pool.applyAsync(waiting, [50])]);
  const open = [pool.applyAsync(blocked, [60_000]), pool.applyAsync(waiting, [60_000])];
  await sleep(300);
  await pids.put(pool.pids);
  await Promise.all(open);
}

export async function waitAndTell({ ms, told }: { ms: number; told: Queue<number> }): Promise<void> {
  if (ms > 0) await sleep(ms);
  await told.put(ms);
}
