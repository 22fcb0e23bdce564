import type { Call, ToChild } from '../messages.js';
import { keepOwn, type OwnTasks } from './functions.js';
import { flushQueues, record, resultOf, runCall, runEach } from './run.js';
import { remoteEnds, sendUp } from './upstream.js';

/**
 * Makes this process one that runs tasks: to be called by the program of a pool, before it waits for anything.
 * @param own the functions of those tasks that name the program itself as their module: nothing is loaded for them
 */
export function serve(own: OwnTasks = {}): void {
  keepOwn(own);
  process.on('message', (message: ToChild) => receive(message));
  process.on('disconnect', onDisconnect);
  process.on('uncaughtException', onUncaught);
}

/** Settled once a task may run; false: none may. */
let begun: Promise<boolean> = Promise.resolve(false);
/** Settled once the task before has its outcome: they run one after the other. */
let last: Promise<void> = Promise.resolve();
let isBound = true;
let isSingle = false;

function receive(message: ToChild): void {
  switch (message.kind) {
    case 'begin':
      begun = begin(message);
      break;
    case 'run':
      last = last.then(async () => {
        if (await begun) await run(message.id, message.call);
      });
      break;
    case 'runEach':
      last = last.then(async () => {
        if (await begun) await runEach(message.id, message.call);
      });
      break;
    case 'stop':
      void begun.then(flushQueues).then(() => process.exit());
      break;
    case 'credit':
    case 'items':
    case 'unsendable':
    case 'answer':
    case 'closing':
    case 'ended':
      remoteEnds.get(message.queue)?.receive(message);
      break;
    default:
      message satisfies never;
  }
}

async function begin(message: Extract<ToChild, { kind: 'begin' }>): Promise<boolean> {
  isBound = message.isBound;
  isSingle = message.isSingle;
  if (isBound && process.ppid !== message.parent) process.exit(1); // it has died meanwhile
  if (message.isWatched) {
    const { watchParent } = await import('./watchdog.js');
    watchParent(message.parent);
  }
  try {
    if (message.initializer !== undefined) await resultOf(message.initializer);
  } catch (error) {
    sendUp({ kind: 'unready', error: await record(error) }, () => process.exit(1));
    return false;
  }
  sendUp({ kind: 'ready' });
  return true;
}

async function run(id: number, call: Call): Promise<void> {
  // The next one begins only when this outcome is out: who reads it knows which one a dead worker was at.
  const succeeded = await runCall(id, call);
  if (isSingle) process.exit(succeeded ? undefined : 1);
}

function onDisconnect(): void {
  if (isBound) process.exit(1);
  for (const end of remoteEnds.values()) end.cut();
}

/** The parent learns why before this process ends; a task that has its own handler decides for itself. */
function onUncaught(error: unknown): void {
  if (process.listenerCount('uncaughtException') > 1) return;
  void record(error).then(crash => sendUp({ kind: 'crashed', error: crash }, () => process.exit(1)));
}
