import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool, Queue, task } from '../../src/multiprocessing/index.js';
import { projectRoot } from '../helpers/project-root.js';
import type * as bare from './bare-child.js';
import { loadTinypool } from './peer-packages.js';

// Overhead of the layer beside bare `fork` + `send`, tinypool and Python. All contenders take turns in one run,
// since the machine's pace changes; the table shows medians. `node dist/test/bench/multiprocessing.js`

const ROUNDS = 7;
const WORKERS = 2;
const TASKS = 1_000_000;
const ITEMS = 100_000;
/** Sent one by one: fewer, or a round takes minutes. */
const BARE_TASKS = 50_000;
const TINYPOOL_TASKS = 20_000;

const Tinypool = await loadTinypool();

// Node 20 reads these at every start, for tens of milliseconds. tinypool gives its workers no environment and so is
// spared; here nobody pays.
delete process.env.NODE_EXTRA_CA_CERTS;

const childUrl = new URL('./bare-child.js', import.meta.url);
const named = <K extends keyof typeof bare>(name: K) => task<(typeof bare)[K]>(childUrl, name);

/** Each gives a figure: operations a second, or milliseconds. */
const contenders: Record<string, Record<string, () => Promise<number>>> = {
  'empty tasks a second, map, 2 workers': {
    'folder-copy': () => mapTasks(),
    'fork + send': () => bareTasks(BARE_TASKS),
    tinypool: () => tinypoolTasks(),
    'Python Pool.map': async () => python('map'),
  },
  'items a second, child → parent, put one by one': {
    'folder-copy': () => queueItems('produceEach'),
    'fork + send': () => bareItems(),
    'Python Queue': async () => python('queue'),
  },
  'items a second, child → parent, put 100 at a time': {
    'folder-copy': () => queueItems('produceHundreds'),
    'fork + send': () => bareItems(),
    'Python Queue': async () => python('queue'),
  },
  'time to first result, ms (less is better)': {
    'folder-copy': () => firstResult(true),
    'folder-copy, watchdog: false': () => firstResult(false),
    'fork + send': () => bareFirst(),
    tinypool: () => tinypoolFirst(),
    'Python Pool, fork': async () => python('first', 'fork'),
    'Python Pool, spawn': async () => python('first', 'spawn'),
  },
};

const figures = new Map<string, number[]>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [what, runs] of Object.entries(contenders)) {
    for (const [who, run] of Object.entries(runs)) {
      const key = `${what} | ${who}`;
      figures.set(key, [...(figures.get(key) ?? []), await run()]);
    }
  }
}
console.log(`| what | who | median of ${ROUNDS} | best |\n| --- | --- | ---: | ---: |`);
for (const [key, values] of figures) {
  const sorted = values.toSorted((a, b) => a - b);
  const best = key.includes('less is better') ? sorted[0] : sorted.at(-1);
  console.log(`| ${key} | ${format(sorted[Math.floor(ROUNDS / 2)])} | ${format(best)} |`);
}

function format(value = Number.NaN): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}

async function perSecond(count: number, run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return (count / (performance.now() - start)) * 1000;
}

async function mapTasks(): Promise<number> {
  await using pool = new Pool(WORKERS);
  await pool.map(named('same'), [1, 2]);
  const items = Array.from({ length: TASKS }, (_, n) => n);
  return await perSecond(TASKS, () => pool.map(named('same'), items));
}

async function queueItems(producer: 'produceEach' | 'produceHundreds'): Promise<number> {
  await using pool = new Pool(1);
  const queue = new Queue<number>();
  await pool.applyAsync(named('same'), [1]);
  return await perSecond(ITEMS, async () => {
    const done = pool.applyAsync(named(producer), [queue, ITEMS]);
    for (let n = 0; n < ITEMS; n++) await queue.get();
    await done;
  });
}

async function firstResult(watchdog: boolean): Promise<number> {
  const start = performance.now();
  await using pool = new Pool(1, { watchdog });
  await pool.applyAsync(named('same'), [1]);
  return performance.now() - start;
}

function forkBare(): ChildProcess {
  return fork(fileURLToPath(childUrl), ['bare'], { serialization: 'advanced' });
}

/** As plain as it gets: all tasks sent, each answered, the next worker in turn. */
async function bareTasks(count: number): Promise<number> {
  const children = Array.from({ length: WORKERS }, forkBare);
  await Promise.all(children.map(child => answers(child, 1, () => child.send({ task: 1 }))));
  const share = count / WORKERS;
  const result = await perSecond(count, () =>
    Promise.all(
      children.map(child =>
        answers(child, share, () => {
          for (let n = 0; n < share; n++) child.send({ task: n });
        }),
      ),
    ),
  );
  for (const child of children) child.kill();
  return result;
}

async function bareItems(): Promise<number> {
  const child = forkBare();
  await answers(child, 1, () => child.send({ task: 1 }));
  const result = await perSecond(ITEMS, () => answers(child, ITEMS, () => child.send({ produce: ITEMS })));
  child.kill();
  return result;
}

async function bareFirst(): Promise<number> {
  const start = performance.now();
  const child = forkBare();
  await answers(child, 1, () => child.send({ task: 1 }));
  const elapsed = performance.now() - start;
  child.kill();
  return elapsed;
}

function answers(child: ChildProcess, count: number, begin: () => void): Promise<void> {
  return new Promise(resolve => {
    let left = count;
    const listener = () => {
      left -= 1;
      if (left > 0) return;
      child.off('message', listener);
      resolve();
    };
    child.on('message', listener);
    begin();
  });
}

async function tinypoolTasks(): Promise<number> {
  const pool = new Tinypool({
    runtime: 'child_process',
    filename: childUrl.href,
    minThreads: WORKERS,
    maxThreads: WORKERS,
  });
  await Promise.all([pool.run(1, { name: 'same' }), pool.run(2, { name: 'same' })]);
  const result = await perSecond(TINYPOOL_TASKS, () =>
    Promise.all(Array.from({ length: TINYPOOL_TASKS }, (_, n) => pool.run(n, { name: 'same' }))),
  );
  await pool.destroy();
  return result;
}

async function tinypoolFirst(): Promise<number> {
  const start = performance.now();
  const pool = new Tinypool({
    runtime: 'child_process',
    filename: childUrl.href,
    minThreads: 1,
    maxThreads: 1,
  });
  await pool.run(1, { name: 'same' });
  const elapsed = performance.now() - start;
  await pool.destroy();
  return elapsed;
}

function python(what: string, method = 'fork'): number {
  const program = join(projectRoot, 'test/bench/python_side.py');
  return Number(execFileSync('python3', [program, what, method, String(what === 'map' ? TASKS : ITEMS)]));
}
