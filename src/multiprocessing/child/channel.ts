import type { FromChild } from '../messages.js';

/** Called when the message is in the hands of the kernel, with null: it arrives even if this process is killed. */
export type OnSent = (error: Error | null) => void;

/**
 * Send a message from this process to its parent.
 * @throws {DataCloneError} for what cannot be sent
 */
export function sendUp(message: FromChild, then: OnSent = ignoreLostParent): void {
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
