import type { FromChild, QueueToChild } from '../messages.js';

// The child's side of its channel. Kept small: it loads in every child, the queues only where one is passed.

/** A queue of the parent's, as far as the channel knows it. */
export interface RemoteEnd {
  receive(message: QueueToChild): void;
  /** @returns undefined where every put has been handed to the channel, else a promise of that */
  flush(): Promise<void> | undefined;
  /** The parent has gone. */
  cut(): void;
}

export const remoteEnds = new Map<number, RemoteEnd>();

/** Those with puts that may not have been handed to the channel. */
export const unflushedEnds = new Set<RemoteEnd>();

/**
 * @param then called when the message is in the hands of the kernel: it arrives even if this process is killed
 * @throws {DataCloneError} for what cannot be sent
 */
export function sendUp(message: FromChild, then: (error: Error | null) => void = ignoreLostParent): void {
  if (process.send === undefined) throw new Error('this process has no parent to speak to');
  process.send(message, undefined, undefined, then);
}

/**
 * Resolves when the message is in the hands of the kernel, or there is nobody left to take it.
 * @throws {DataCloneError} for what cannot be sent
 */
export function sentUp(message: FromChild): Promise<void> {
  return new Promise(resolve => sendUp(message, () => resolve()));
}

/** Without a parent there is nobody to tell; `disconnect` decides what becomes of this process. */
function ignoreLostParent(): void {}
