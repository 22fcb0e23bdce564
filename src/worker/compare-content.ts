import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import { unchanged } from '../common/facts.js';
import type { Job } from './job.js';
import { openSource } from './open-source.js';
import type { WorkerContext } from './worker-context.js';

/**
 * Whether a file that an earlier run finished has the source's content, by the digests of both.
 * @returns `digest` where the run wants digests
 */
export async function compareContent(
  context: WorkerContext,
  job: Job,
  path: string,
): Promise<{ isSame: boolean; digest?: string }> {
  const { digestOf } = await import('./digest.js');
  const source = openSource(context, job);
  try {
    const standing = openSync(native(path), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const digest = await digestOf(context, source);
      const isSame = digest === (await digestOf(context, standing));
      if (!isSame || !unchanged(job.facts, fstatSync(source, { bigint: true }))) return { isSame: false };
      return context.settings.digests ? { isSame, digest } : { isSame };
    } finally {
      closeSync(standing);
    }
  } finally {
    closeSync(source);
  }
}
