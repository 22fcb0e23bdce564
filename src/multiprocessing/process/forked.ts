import type { ChildProcess } from 'node:child_process';
import { describeEnding, type Ending, StateError, WorkerStartError } from '../errors.js';
import type { Call, FromChild, QueueFromChild, ToChild } from '../messages.js';
import { OWN_PROGRAM } from '../own-program.js';
import type { LocalQueue } from '../queue/local-queue.js';
import { toCall } from '../queue/queue-handles.js';
import { QueuePort } from '../queue/queue-port.js';
import type { AnyFunction, Task } from '../task.js';
import { whyNotFork, whyNotThisRuntime } from './can-fork.js';
import { inheritedExecArgv } from './exec-argv.js';
import { fork, type ProcessKind } from './fork.js';
import type { Spare } from './spare.js';
import { START_SECONDS, StartWatch } from './start-watch.js';

/** A forked process and the channel to it, with its ways to the queues of this one. */
export class Forked {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #ports = new Map<number, QueuePort>();
  readonly #handlers: ForkHandlers;
  readonly #watch: StartWatch;
  #start: 'awaited' | 'late' | 'over' = 'awaited';
  #ending: Ending | undefined;
  #holds = 0;
  #killTimer: NodeJS.Timeout | undefined;

  /**
   * @throws {WorkerStartError} where the system forks no process; {StateError} where this runtime cannot
   * @throws {DataCloneError} for arguments that cannot be sent
   */
  constructor(options: ForkOptions, handlers: ForkHandlers) {
    this.#handlers = handlers;
    const kind = { ...ownKind(), ...options.process };
    [this.#child, this.pid] = forkNow(kind, options.spare);
    this.#watch = new StartWatch(() => this.#giveUp());
    this.#child.on('message', (message: FromChild) => this.#receive(message));
    this.#child.once('exit', (exitCode, signal) => {
      this.#ending = { exitCode, signal };
      this.#endOnceDrained();
    });
    this.#child.once('disconnect', () => this.#endOnceDrained());
    try {
      this.#begin(options);
    } catch (error) {
      this.kill(); // the initializer's arguments cannot be sent
      throw error;
    }
  }

  /** @throws {DataCloneError} for what cannot be sent */
  send(message: ToChild): void {
    // A message to a child that has just died is lost with it: its ending tells.
    this.#child.send(message, () => {});
  }

  /** The call as it can be sent; its queues are opened to the child. */
  call<F extends AnyFunction>(task: Task<F>, args: readonly unknown[]): Call {
    return toCall(task, args, queue => this.#open(queue));
  }

  /** As long as it is held, the child holds the program. */
  hold(): void {
    this.#holds += 1;
    if (this.#holds > 1) return;
    this.#child.ref();
    this.#child.channel?.ref();
  }

  release(): void {
    this.#holds -= 1;
    if (this.#holds > 0) return;
    this.#child.unref();
    this.#child.channel?.unref();
  }

  /** End it politely, and for good if it has not ended after `killAfterMs`. */
  terminate(killAfterMs = KILL_AFTER_MS): void {
    this.#endStart();
    if (this.#ending !== undefined) return;
    this.#child.kill('SIGTERM');
    this.#killAfter(killAfterMs);
  }

  kill(): void {
    this.#endStart();
    this.stopGiving();
    if (this.#ending === undefined) this.#child.kill('SIGKILL');
  }

  /** Items of queues are no longer given to it: what it is at is of no use to anybody. */
  stopGiving(): void {
    for (const port of this.#ports.values()) port.stopGiving();
  }

  /** Let it end by itself, nothing more is asked of it. */
  dismiss(killAfterMs = KILL_AFTER_MS): void {
    this.#endStart();
    this.send({ kind: 'stop' });
    this.#killAfter(killAfterMs);
  }

  #begin({ isBound, isWatched, isSingle, initializer }: ForkOptions): void {
    this.send({
      kind: 'begin',
      parent: process.pid,
      isBound,
      isWatched,
      isSingle,
      ...(initializer && { initializer: this.call(initializer.task, initializer.args) }),
    });
  }

  #giveUp(): void {
    this.kill();
    this.#start = 'late';
  }

  /** It has started, or nobody waits for that. */
  #endStart(): void {
    this.#watch.end();
    this.#start = 'over';
  }

  #killAfter(delayMs: number): void {
    clearTimeout(this.#killTimer);
    this.#killTimer = setTimeout(() => this.kill(), delayMs);
    this.#killTimer.unref(); // whoever waits for the end holds the child itself
  }

  #open(queue: LocalQueue<unknown>): void {
    let port = this.#ports.get(queue.id);
    if (port === undefined) {
      port = new QueuePort(queue, this);
      this.#ports.set(queue.id, port);
    }
    port.use();
  }

  #receiveForQueue(message: QueueFromChild): void {
    const port = this.#ports.get(message.queue);
    port?.receive(message);
    if (port?.isForgotten) {
      port.cut();
      this.#ports.delete(message.queue);
    }
  }

  #receive(message: FromChild): void {
    // What it says as it crashes does not mean that it has started.
    if (this.#start === 'awaited' && message.kind !== 'crashed') this.#endStart();
    if (!('queue' in message)) this.#handlers.onMessage(message);
    else this.#receiveForQueue(message);
  }

  /** 'exit' may come before the last messages are read; 'disconnect' comes after them. */
  #endOnceDrained(): void {
    if (this.#child.connected) return;
    if (this.#ending === undefined) {
      this.#killAfter(LINGER_MS);
      return;
    }
    clearTimeout(this.#killTimer);
    for (const port of this.#ports.values()) port.cut();
    this.#ports.clear();
    this.#watch.end();
    this.#handlers.onEnd(this.#ending, this.#failureOfStart(this.#ending));
  }

  #failureOfStart(ending: Ending): StartFailure | undefined {
    switch (this.#start) {
      case 'over':
        return undefined;
      case 'late': {
        const what = `did not start within ${START_SECONDS} seconds (is there a limit on processes or memory?)`;
        return { kind: 'system', error: new WorkerStartError(`worker ${this.pid} ${what}`) };
      }
      case 'awaited': {
        const what = `ended (${describeEnding(ending)}) before it had started`;
        const error = new WorkerStartError(`worker ${this.pid} ${what}`);
        return { kind: ending.signal === null ? 'system' : 'accident', error };
      }
    }
  }
}

/** A child that has been asked to end (SIGTERM) and has not by then is ended for good (SIGKILL). */
export const KILL_AFTER_MS = 2_000;
/** A child without a channel can only end; one that has not by then is helped. */
const LINGER_MS = 1_000;

export interface ForkOptions {
  /** Ends with this process; also while its event loop is blocked, if `isWatched`. */
  readonly isBound: boolean;
  readonly isWatched: boolean;
  readonly isSingle: boolean;
  readonly initializer?: { readonly task: Task; readonly args: readonly unknown[] };
  /** Where it is left out in part: the layer's own program, and the rest as this process has it. */
  readonly process?: Partial<ProcessKind>;
  /** Taken by the first that it fits. */
  readonly spare?: Spare;
}

/** Why a process never got to what it was forked for, though nobody asked it to end. */
export interface StartFailure {
  readonly error: WorkerStartError;
  /**
   * `system`: it was not let start, and others would not be either; `accident`: it was killed by a signal, and
   * another may fare better; `initializer`: what runs in each of them first has failed.
   */
  readonly kind: 'system' | 'accident' | 'initializer';
}

interface ForkHandlers {
  /** All messages but those of queues, which go to their queue. */
  onMessage(message: Exclude<FromChild, { queue: number }>): void;
  /**
   * The process has ended and all that it had sent has been received.
   * @param failure where it did not even start
   */
  onEnd(ending: Ending, failure: StartFailure | undefined): void;
}

/** The spare child, or a new one, and its pid. */
function forkNow(kind: ProcessKind, spare: Spare | undefined): [child: ChildProcess, pid: number] {
  const child = spare?.take(kind) ?? tryToFork(kind);
  // Some failures Node tells by a missing pid, others it throws.
  if (child.pid === undefined) throw new WorkerStartError(NOT_FORKED);
  return [child, child.pid];
}

const NOT_FORKED = 'the system could not fork a process (is there a limit on processes or memory?)';

function tryToFork(kind: ProcessKind): ChildProcess {
  // Another program is its pool's to give, and a worker that cannot start reports that.
  const reason = kind.program === OWN_PROGRAM ? whyNotFork(OWN_PROGRAM) : whyNotThisRuntime();
  if (reason !== undefined) throw new StateError(reason);
  try {
    return fork(kind);
  } catch (error) {
    throw new WorkerStartError(NOT_FORKED, { cause: error });
  }
}

function ownKind(): ProcessKind {
  return { program: OWN_PROGRAM, stdio: 'inherit', execArgv: inheritedExecArgv(), env: process.env };
}
