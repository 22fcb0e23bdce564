import { EntryError } from '../files/failure.js';
import { platformCalls } from '../files/system/platform-calls.js';
import type { Steps } from './content/steps.js';
import type { WorkerContext } from './context/worker-context.js';

/**
 * Reads a written file back, from the disk where the platform lets the page cache be passed by.
 * @param expected the digest taken while its content came by
 * @throws {EntryError} VERIFY
 */
export function* verify(context: WorkerContext, target: number, expected: string | undefined): Steps<void> {
  if (context.digests === undefined || expected === undefined)
    throw new TypeError('there is no digest to verify');
  platformCalls()?.dropCache(target);
  const found = yield* context.digests.digestOf(context, target);
  if (found !== expected) throw new EntryError('VERIFY', 'what was read back is not what was written');
}
