import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Closed, Empty, Full } from '../../src/multiprocessing/index.js';
import { type Actor, SimulatedQueue } from './simulated-queue.js';

// Random interleavings of calls in several processes, of the messages between them, of the clock and of kills,
// held against what a queue promises. The processes are simulated: each message moves when a step says so.

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const CHILDREN = 2;

type Timeout = number | 'none' | 'nowait';

type Step =
  /** Several in one tick. */
  | { readonly kind: 'call'; readonly actor: Actor; readonly calls: readonly ['put' | 'get', Timeout][] }
  | { readonly kind: 'close'; readonly actor: Actor }
  | { readonly kind: 'move'; readonly actor: Actor; readonly way: 'write' | 'readUp' | 'readDown' }
  | { readonly kind: 'turn'; readonly ms: number }
  /** Every message gets one step further, or all of them arrive. */
  | { readonly kind: 'hop' | 'rest' }
  | { readonly kind: 'kill'; readonly actor: Actor; readonly isKnown: boolean };

const actor = fc.nat(CHILDREN);
const child = fc.integer({ min: 1, max: CHILDREN });
const timeout: fc.Arbitrary<Timeout> = fc.oneof(
  { weight: 2, arbitrary: fc.constant('none' as const) },
  fc.constant('nowait' as const),
  fc.nat(4),
);
const call = fc.tuple(fc.constantFrom('put' as const, 'get' as const), timeout);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      actor,
      calls: fc.array(call, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      actor: child,
      way: fc.constantFrom('write' as const, 'readUp' as const, 'readDown' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('turn' as const), ms: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'hop' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'rest' as const }) },
);
const kill: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('kill' as const),
  actor: child,
  isKnown: fc.boolean(),
});
const close: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('close' as const), actor });

/** A call of put or get, and how it ended; the times are numbers of steps. */
interface CallRecord {
  readonly kind: 'put' | 'get';
  readonly actor: Actor;
  readonly isPrompt: boolean;
  readonly began: number;
  ended: number;
  outcome: 'open' | 'done' | 'Full' | 'Empty' | 'Closed';
  item: number;
}

class Run {
  readonly queue: SimulatedQueue;
  readonly calls: CallRecord[] = [];
  /** Children that were killed and may have had an item on loan: since when, and when it was surely back. */
  readonly losses: { readonly from: number; to: number }[] = [];
  closedAt = Number.POSITIVE_INFINITY;
  #now = 0;
  #items = 0;

  constructor(readonly maxSize: number) {
    this.queue = new SimulatedQueue(maxSize, CHILDREN);
  }

  async do(step: Step): Promise<void> {
    this.#now += 1;
    switch (step.kind) {
      case 'call':
        if (!this.queue.isAlive(step.actor)) break;
        for (const [kind, timeout] of step.calls) this.#call(kind, step.actor, timeout);
        break;
      case 'close':
        if (this.queue.isAlive(step.actor)) this.#close(step.actor);
        break;
      case 'move':
        this.queue.move(step.actor, step.way);
        break;
      case 'turn':
        vi.advanceTimersByTime(step.ms);
        break;
      case 'hop':
        this.queue.moveAll();
        break;
      case 'rest':
        await this.rest();
        this.#checkPrompt();
        break;
      case 'kill':
        this.#kill(step.actor, step.isKnown);
        break;
      default:
        step satisfies never;
    }
    await microtasks();
    this.#checkBound();
  }

  async rest(): Promise<void> {
    for (let isMoving = true; isMoving; ) {
      isMoving = this.queue.moveAll();
      vi.advanceTimersByTime(0);
      await microtasks();
    }
    for (const loss of this.losses) loss.to = Math.min(loss.to, this.#now);
  }

  /** All that is left is got; every call ends. */
  async finish(): Promise<void> {
    this.#now += 1;
    await this.rest();
    this.#close(0);
    for (let left = 1000; left > 0; left -= 1) {
      vi.advanceTimersByTime(10);
      await this.rest();
      this.#now += 1;
      const call = this.#call('get', 0, 'nowait');
      await microtasks();
      if (call.outcome === 'Closed') break;
    }
    await this.rest();
  }

  #call(kind: 'put' | 'get', actor: Actor, timeout: Timeout): CallRecord {
    const end = this.queue.end(actor);
    const record: CallRecord = {
      kind,
      actor,
      isPrompt: timeout === 'nowait',
      began: this.#now,
      ended: Number.POSITIVE_INFINITY,
      outcome: 'open',
      item: Number.NaN,
    };
    this.calls.push(record);
    const timeoutMs = typeof timeout === 'number' ? timeout : undefined;
    if (kind === 'put') {
      const item = this.#items++;
      record.item = item;
      this.#follow(record, timeout === 'nowait' ? end.putNowait(item) : end.put(item, timeoutMs));
    } else {
      this.#follow(record, timeout === 'nowait' ? end.getNowait() : end.get(timeoutMs));
    }
    return record;
  }

  #follow(record: CallRecord, promise: Promise<unknown>): void {
    const settle = (outcome: CallRecord['outcome']) => {
      if (!this.queue.isAlive(record.actor)) return; // the dead hear nothing
      record.outcome = outcome;
      record.ended = this.#now;
    };
    promise.then(
      value => {
        settle('done');
        if (record.kind === 'get' && record.outcome === 'done') record.item = Number(value);
      },
      (error: unknown) => {
        if (error instanceof Full) settle('Full');
        else if (error instanceof Empty) settle('Empty');
        else if (error instanceof Closed) settle('Closed');
        else throw error;
      },
    );
  }

  #kill(actor: Actor, isKnown: boolean): void {
    const waiting = this.calls.filter(
      call => call.kind === 'get' && call.actor === actor && call.outcome === 'open',
    );
    // Nothing is given to a child that the parent has killed.
    if (waiting.length > 0 || !isKnown) {
      const from = Math.min(this.#now, ...waiting.map(call => call.began));
      this.losses.push({ from, to: Number.POSITIVE_INFINITY });
    }
    this.queue.kill(actor, isKnown);
  }

  #close(actor: Actor): void {
    void this.queue
      .end(actor)
      .close()
      .then(() => {
        if (this.queue.isAlive(actor)) this.closedAt = Math.min(this.closedAt, this.#now);
      });
  }

  /** A call that does not wait has ended when all messages have arrived. */
  #checkPrompt(): void {
    for (const { kind, actor, isPrompt, outcome } of this.calls) {
      if (isPrompt && this.queue.isAlive(actor)) expect(outcome, `a ${kind} that waits`).not.toBe('open');
    }
  }

  /** Never more in it than it may hold. */
  #checkBound(): void {
    if (this.maxSize === 0) return;
    expect(this.queue.local.sizeNow().size).toBeLessThanOrEqual(this.maxSize);
    const acknowledged = this.calls.filter(call => call.kind === 'put' && call.outcome === 'done').length;
    const got = this.calls.filter(call => call.kind === 'get' && call.outcome === 'done').length;
    expect(acknowledged - got).toBeLessThanOrEqual(this.maxSize);
  }
}

async function microtasks(): Promise<void> {
  for (let left = 30; left > 0; left -= 1) await Promise.resolve();
}

async function run(maxSize: number, steps: readonly Step[]): Promise<Run> {
  const result = new Run(maxSize);
  for (const step of steps) await result.do(step);
  await result.finish();
  return result;
}

/** Nothing lost, nothing doubled, nobody left waiting, nothing taken after the end. */
function checkAccount({ calls, queue, closedAt, maxSize }: Run): void {
  const got = new Map<number, CallRecord>();
  for (const call of calls) {
    if (call.outcome === 'open') expect(queue.isAlive(call.actor), 'a call never ended').toBe(false);
    if (call.kind !== 'get' || call.outcome !== 'done') continue;
    expect(got.has(call.item), `item ${call.item} was got twice`).toBe(false);
    got.set(call.item, call);
  }
  for (const call of calls) {
    if (call.kind !== 'put') continue;
    if (call.outcome === 'done') expect(got.has(call.item), `item ${call.item} was lost`).toBe(true);
    if (call.outcome === 'Full' || call.outcome === 'Closed') {
      expect(got.has(call.item), `item ${call.item} came though its put was refused`).toBe(false);
    }
    // A child that does not ask has to hear of the closing first.
    if (call.began > closedAt && isSurelyIn(call, maxSize)) {
      expect(call.outcome, 'a put after the closing').not.toBe('done');
    }
  }
}

/**
 * Of two items of which one was surely put first, that one is got first; nobody is told that the queue is empty or
 * at its end while something was surely in it, or came after. An item that a killed child had on loan comes back late.
 */
function checkOrder({ calls, maxSize, losses }: Run): void {
  const puts = calls.filter(call => call.kind === 'put' && call.outcome === 'done');
  const gets = new Map<number, CallRecord>();
  for (const call of calls) if (call.kind === 'get' && call.outcome === 'done') gets.set(call.item, call);
  const isSure = (from: number, to: number) => losses.every(loss => to < loss.from || from > loss.to);
  for (const earlier of puts) {
    const gotEarlier = gets.get(earlier.item);
    if (gotEarlier === undefined) continue;
    for (const later of puts) {
      const gotLater = gets.get(later.item);
      if (gotLater === undefined || !isPutBefore(earlier, later, maxSize)) continue;
      const isWrong =
        gotLater.ended < gotEarlier.began ||
        (gotLater.actor === gotEarlier.actor && calls.indexOf(gotLater) < calls.indexOf(gotEarlier));
      if (isSure(gotLater.began, gotEarlier.ended)) {
        expect(isWrong, `item ${later.item} was got before ${earlier.item}`).toBe(false);
      }
    }
    for (const vain of calls) {
      if (vain.kind !== 'get' || (vain.outcome !== 'Empty' && vain.outcome !== 'Closed')) continue;
      const wasPut = isPutBeforeGet(earlier, vain, calls, maxSize) || vain.outcome === 'Closed';
      const wasIn = wasPut && gotEarlier.began > vain.ended;
      if (isSure(vain.began, vain.ended)) {
        expect(wasIn, `${vain.outcome}, though ${earlier.item} was in`).toBe(false);
      }
    }
  }
}

/** A put that a child did not have to ask for may still travel when it is done. */
function isSurelyIn(put: CallRecord, maxSize: number): boolean {
  return maxSize > 0 || put.actor === 0;
}

function isPutBeforeGet(
  put: CallRecord,
  get: CallRecord,
  calls: readonly CallRecord[],
  maxSize: number,
): boolean {
  if (maxSize === 0 && put.actor === get.actor) return calls.indexOf(put) < calls.indexOf(get);
  return isSurelyIn(put, maxSize) && put.ended < get.began;
}

function isPutBefore(earlier: CallRecord, later: CallRecord, maxSize: number): boolean {
  if (earlier === later) return false;
  if (earlier.actor === later.actor) return earlier.item < later.item;
  return isSurelyIn(earlier, maxSize) && earlier.ended < later.began;
}

const maxSize = fc.nat(3);
const numRuns = Number(process.env.QUEUE_RUNS ?? 3000);

test('whatever comes between: first in, first out, nothing lost, nothing doubled, no more than the bound', async () => {
  await fc.assert(
    fc.asyncProperty(maxSize, fc.array(step, { maxLength: 60 }), async (maxSize, steps) => {
      const result = await run(maxSize, steps);
      checkAccount(result);
      checkOrder(result);
    }),
    { numRuns },
  );
});

test('also where the queue is closed and children are killed in the middle', async () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 20, arbitrary: step },
      { weight: 1, arbitrary: kill },
      { weight: 1, arbitrary: close },
    ),
    { maxLength: 80 },
  );
  await fc.assert(
    fc.asyncProperty(maxSize, steps, async (maxSize, steps) => {
      const result = await run(maxSize, steps);
      checkAccount(result);
      checkOrder(result);
    }),
    { numRuns },
  );
});

test('what several dead children had on loan comes back in its order', async () => {
  const queue = new SimulatedQueue(0, 2);
  for (const child of [1, 2]) void queue.end(child).get(undefined);
  await settle(queue);
  for (const item of ['a', 'b', 'c']) queue.local.arrive({ item });
  vi.advanceTimersByTime(0);
  for (const child of [2, 1]) {
    queue.kill(child, false);
    queue.move(child, 'readUp');
  }
  expect(await Promise.all(['a', 'b', 'c'].map(() => queue.local.getNowait()))).toEqual(['a', 'b', 'c']);
});

test('an item has left the queue for good before its get resolves', async () => {
  const queue = new SimulatedQueue(0, 1);
  const got = queue.end(1).get(undefined);
  await settle(queue);
  queue.local.arrive({ item: 'a' });
  vi.advanceTimersByTime(0);
  queue.move(1, 'readDown');
  expect(await Promise.race([got, microtasks().then(() => 'not yet')])).toBe('not yet');
  queue.move(1, 'write');
  expect(await got).toBe('a');
  queue.kill(1, false);
  await settle(queue);
  await expect(queue.local.getNowait()).rejects.toThrow(Empty);
});

test('the end waits for what a child has put and nobody has read yet', async () => {
  const queue = new SimulatedQueue(0, 1);
  void queue.end(1).put('a', undefined);
  await settle(queue);
  void queue.end(1).put('b', undefined);
  await microtasks();
  queue.move(1, 'write');
  queue.local.closeNow();
  expect(await queue.local.get(undefined)).toBe('a');
  const last = queue.local.get(undefined);
  await settle(queue);
  expect(await last).toBe('b');
  await expect(queue.local.get(undefined)).rejects.toThrow(Closed);
});

test('a child that is being killed is given nothing', async () => {
  const queue = new SimulatedQueue(0, 1);
  void queue.end(1).get(undefined);
  await settle(queue);
  void queue.end(1).get(undefined);
  await microtasks();
  queue.move(1, 'write');
  queue.kill(1, true);
  queue.move(1, 'readUp');
  queue.local.arrive({ item: 'a' });
  expect(await queue.local.getNowait()).toBe('a');
});

async function settle(queue: SimulatedQueue): Promise<void> {
  for (let isMoving = true; isMoving; isMoving = queue.moveAll()) {
    await microtasks();
    vi.advanceTimersByTime(0);
  }
}
