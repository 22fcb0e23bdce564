import { EntryError } from '../common/failure.js';
import { platformCalls } from './platform-calls.js';
import type { WorkerContext } from './worker-context.js';

/**
 * Reads a written file back, from the disk where the platform lets the page cache be passed by.
 * @param expected the digest taken while its content came by
 * @throws {EntryError} VERIFY
 */
export async function verify(
  context: WorkerContext,
  target: number,
  expected: string | undefined,
): Promise<void> {
  if (context.digests === undefined || expected === undefined)
    throw new TypeError('there is no digest to verify');
  platformCalls()?.dropCache(target);
  const found = await context.digests.digestOf(context, target);
  if (found !== expected) throw new EntryError('VERIFY', 'what was read back is not what was written');
}
