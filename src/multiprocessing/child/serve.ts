import type { Call, ToChild } from '../messages.js';
import { Calls } from './calls.js';
import { sendUp } from './channel.js';
import type { OwnTasks } from './functions.js';
import { record, runCall, runEach } from './run.js';

/**
 * Makes this process one that runs tasks: to be called by the program of a pool, before it waits for anything.
 * @param own the functions of those tasks that name the program itself as their module: nothing is loaded for them
 * @param stop once it is aborted, the process ends as soon as the outcome of what it is at is out
 */
export function serve(own: OwnTasks = {}, stop?: AbortSignal): void {
  const server = new Server(own, stop);
  process.on('message', (message: ToChild) => server.receive(message));
  process.on('disconnect', () => server.onDisconnect());
  process.on('uncaughtException', onUncaught);
}

/** What its parent has made of this process. */
class Server {
  readonly #calls: Calls;
  /** Settled once a task may run; false: none may. */
  #begun: Promise<boolean> = Promise.resolve(false);
  /** Settled once the task before has its outcome: they run one after the other. */
  #last: Promise<void> = Promise.resolve();
  /** The same of those that run beside these. */
  #lastBeside: Promise<void> = Promise.resolve();
  readonly #stop: AbortSignal | undefined;
  #running = 0;
  #isBound = true;
  #isSingle = false;

  constructor(own: OwnTasks, stop: AbortSignal | undefined) {
    this.#calls = new Calls(own);
    this.#stop = stop;
    stop?.addEventListener('abort', () => {
      if (this.#running === 0) process.exit();
    });
  }

  receive(message: ToChild): void {
    switch (message.kind) {
      case 'begin':
        this.#begun = this.#begin(message);
        break;
      case 'run':
        this.#takeRun(message);
        break;
      case 'runEach':
        this.#last = this.#runAfter(this.#last, () => runEach(this.#calls, message.id, message.call));
        break;
      case 'stop':
        void this.#begun.then(() => {
          this.#calls.queues.flush();
          process.exit();
        });
        break;
      case 'answers':
      case 'free':
      case 'closing':
        this.#calls.queues.receive(message);
        break;
      default:
        message satisfies never;
    }
  }

  onDisconnect(): void {
    if (this.#isBound) process.exit(1);
    this.#calls.queues.cut();
  }

  async #begin({ parent, isBound, isSingle, isWatched, initializer }: Begin): Promise<boolean> {
    this.#isBound = isBound;
    this.#isSingle = isSingle;
    if (isBound && process.ppid !== parent) process.exit(1); // it has died meanwhile
    if (isWatched) {
      const { watchParent } = await import('./watchdog.js');
      watchParent(parent);
    }
    try {
      if (initializer !== undefined) {
        sendUp({ kind: 'started' });
        await this.#calls.run(initializer);
      }
    } catch (error) {
      sendUp({ kind: 'unready', error: await record(error) }, () => process.exit(1));
      return false;
    }
    sendUp({ kind: 'ready' });
    return true;
  }

  #takeRun({ id, call, isBeside }: Run): void {
    const run = () => this.#run(id, call);
    if (isBeside) this.#lastBeside = this.#runAfter(this.#lastBeside, run);
    else this.#last = this.#runAfter(this.#last, run);
  }

  async #runAfter(last: Promise<void>, run: () => Promise<void>): Promise<void> {
    await last;
    if (!(await this.#begun)) return;
    this.#running += 1;
    await run();
    this.#running -= 1;
    if (this.#running === 0 && this.#stop?.aborted) process.exit();
  }

  async #run(id: number, call: Call): Promise<void> {
    // The next one begins only when this outcome is out: who reads it knows which one a dead worker was at.
    const succeeded = await runCall(this.#calls, id, call);
    if (this.#isSingle) process.exit(succeeded ? undefined : 1);
  }
}

type Begin = Extract<ToChild, { kind: 'begin' }>;
type Run = Extract<ToChild, { kind: 'run' }>;

/** The parent learns why before this process ends; a task that has its own handler decides for itself. */
function onUncaught(error: unknown): void {
  if (process.listenerCount('uncaughtException') > 1) return;
  void record(error).then(crash => sendUp({ kind: 'crashed', error: crash }, () => process.exit(1)));
}
