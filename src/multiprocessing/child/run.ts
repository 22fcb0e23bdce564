import type { ErrorRecord } from '../error-record.js';
import type { Call, ChunkFailure } from '../messages.js';
import type { Calls } from './calls.js';
import { sendUp, sentUp } from './channel.js';
import type { LoadedFunction } from './functions.js';

/**
 * Run a task and report its outcome.
 * @returns once the report is out: whether the task has succeeded, its result included
 */
export async function runCall(calls: Calls, id: number, call: Call): Promise<boolean> {
  try {
    const value = await calls.run(call);
    calls.queues.flush();
    await sentUp({ kind: 'done', id, value }); // rejected where the result cannot be cloned
    return true;
  } catch (error) {
    const failure = await record(error);
    calls.queues.flush();
    await sentUp({ kind: 'failed', id, error: failure });
    return false;
  }
}

/** A chunk ends after the task that brings it beyond this; a task longer than this gives the rest back. */
const CHUNK_BUDGET_MS = 10;

/** So many calls at most go by without a look at the clock: the next ones may be slower. */
const MAX_UNLOOKED = 256;

/** Run a task once for each argument, one after the other, as far as the time budget goes. */
export async function runEach(calls: Calls, id: number, call: Call): Promise<void> {
  let run: LoadedFunction;
  let items: readonly unknown[];
  try {
    run = await calls.functionOf(call);
    items = await calls.argumentsOf(call);
  } catch (error) {
    sendUp({ kind: 'failed', id, error: await record(error) });
    return;
  }
  const values: unknown[] = [];
  const failures: ChunkFailure[] = [];
  const started = performance.now();
  let end = items.length;
  let giveBack: NodeJS.Timeout | undefined;
  /** Reading the clock after each call would cost more than an empty task: about once a millisecond is enough. */
  let nextLook = 0;
  for (let index = 0; index < end; index++) {
    try {
      const value = run(items[index]);
      if (isThenable(value)) {
        giveBack ??= setTimeout(() => {
          end = values.length + 1;
          sendUp({ kind: 'gaveBack', id, from: end });
        }, CHUNK_BUDGET_MS);
        values.push(await value);
      } else {
        values.push(value);
      }
    } catch (error) {
      failures.push({ index, error: await record(error) });
      values.push(undefined);
    }
    if (index < nextLook) continue;
    const elapsedMs = performance.now() - started;
    if (elapsedMs > CHUNK_BUDGET_MS) break;
    nextLook = index + Math.min(MAX_UNLOOKED, Math.floor((index + 1) / Math.max(elapsedMs, 0.001)));
  }
  clearTimeout(giveBack);
  const durationMs = performance.now() - started;
  calls.queues.flush();
  await reportEach(id, values, failures, durationMs);
}

/** The code for errors loads with the first of them. */
export async function record(error: unknown): Promise<ErrorRecord> {
  const { toRecord } = await import('../error-record.js');
  return toRecord(error);
}

async function reportEach(
  id: number,
  values: readonly unknown[],
  failures: readonly ChunkFailure[],
  durationMs: number,
): Promise<void> {
  try {
    sendUp({ kind: 'doneEach', id, values, failures, durationMs });
  } catch {
    // One result or more cannot be cloned: each shows by itself whether it is one.
    const refused: ChunkFailure[] = [];
    const sound: unknown[] = [];
    for (const [index, value] of values.entries()) {
      try {
        sound.push(structuredClone(value));
      } catch (error) {
        sound.push(undefined);
        refused.push({ index, error: await record(error) });
      }
    }
    sendUp({ kind: 'doneEach', id, values: sound, failures: [...failures, ...refused], durationMs });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
