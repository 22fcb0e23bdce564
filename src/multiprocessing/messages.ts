import type { ErrorRecord } from './error-record.js';
import type { Task } from './task.js';

// All that a process and its child say to each other, one tagged union a direction.
// Queues live in the process that made them; a child talks to them through its parent's channel.

/**
 * A task and its arguments. Queues are taken out of the arguments and named beside them, so that no value of a user
 * can be taken for one.
 */
export interface Call {
  readonly task: Task;
  readonly args: readonly unknown[];
  readonly queues?: readonly QueueAt[];
}

/** A queue, and where it stood in the arguments. */
export interface QueueAt {
  readonly queue: number;
  readonly path: readonly (string | number)[];
}

export type ToChild =
  /** First of all; the child answers `started` if there is an initializer, and `ready` or `unready`. */
  | {
      readonly kind: 'begin';
      /** The parent's pid. */
      readonly parent: number;
      /** Ends with its parent. */
      readonly isBound: boolean;
      /** Ends so also while its event loop is blocked. */
      readonly isWatched: boolean;
      /** Ends after its first task. */
      readonly isSingle: boolean;
      readonly initializer?: Call;
    }
  /** Run one task, after those before it; one `isBeside` only after those that are so, too. */
  | { readonly kind: 'run'; readonly id: number; readonly call: Call; readonly isBeside?: boolean }
  /** Run the task once for each of the arguments. */
  | { readonly kind: 'runEach'; readonly id: number; readonly call: Call }
  /** Nothing more will come: end. */
  | { readonly kind: 'stop' }
  | QueueToChild;

export type QueueToChild =
  /** Of several questions, by their tickets. Items in them are on loan until `took`. */
  | { readonly kind: 'answers'; readonly queue: number; readonly answers: readonly Ticketed[] }
  /** The queue is never full: the child may put without waiting for an answer. */
  | { readonly kind: 'free'; readonly queue: number }
  /** The queue has been closed: nothing more may be put unasked, `confirmed` is awaited. */
  | { readonly kind: 'closing'; readonly queue: number };

export type FromChild =
  /** The initializer begins. */
  | { readonly kind: 'started' }
  | { readonly kind: 'ready' }
  /** The initializer failed; the child ends. */
  | { readonly kind: 'unready'; readonly error: ErrorRecord }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorRecord }
  /** Outcomes of the first `values.length` arguments; the rest was not begun. */
  | {
      readonly kind: 'doneEach';
      readonly id: number;
      readonly values: readonly unknown[];
      readonly failures: readonly ChunkFailure[];
      /** Time spent on these arguments in the child. */
      readonly durationMs: number;
    }
  /** A task of the chunk takes long: the arguments from this one on are given back, not begun. */
  | { readonly kind: 'gaveBack'; readonly id: number; readonly from: number }
  /** An error outside of any task; the child ends. */
  | { readonly kind: 'crashed'; readonly error: ErrorRecord }
  | QueueFromChild;

export interface ChunkFailure {
  readonly index: number;
  readonly error: ErrorRecord;
}

export type QueueFromChild =
  /** The first item has this ticket, each of the others the next; without one, nobody waits for an answer. */
  | {
      readonly kind: 'put';
      readonly queue: number;
      readonly ticket: number | undefined;
      readonly items: readonly unknown[];
    }
  | { readonly kind: 'ask'; readonly queue: number; readonly ticket: number; readonly question: Question }
  /** The put or get of this ticket has timed out: if it still waits, it is `withdrawn`. */
  | { readonly kind: 'withdraw'; readonly queue: number; readonly ticket: number }
  /** The oldest `count` loans are consumed. */
  | { readonly kind: 'took'; readonly queue: number; readonly count: number }
  /** Answer to `closing`: nothing comes unasked any more. */
  | { readonly kind: 'confirmed'; readonly queue: number }
  /** The child has no use for the queue any more, which has come to it so many times. */
  | { readonly kind: 'forgotten'; readonly queue: number; readonly times: number };

export type Question =
  | { readonly kind: 'putNowait'; readonly item: unknown }
  | { readonly kind: 'get' | 'getNowait' | 'size' | 'close' };

export type Answer =
  /** To a put. */
  | { readonly kind: 'taken' | 'full' }
  /** To a get. */
  | { readonly kind: 'item'; readonly item: unknown }
  | { readonly kind: 'empty' }
  /** In the place of an item that cannot be cloned: whoever gets it gets this error. */
  | { readonly kind: 'unsendable'; readonly error: ErrorRecord }
  /** To either. */
  | { readonly kind: 'withdrawn' | 'closed' }
  | { readonly kind: 'size'; readonly size: number; readonly full: boolean };

export interface Ticketed {
  readonly ticket: number;
  readonly answer: Answer;
}
