import { constants } from 'node:fs';
import { unchanged } from '../../files/facts.js';
import type { Steps } from '../content/steps.js';
import type { Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import { openSource } from './open-source.js';
import type { Target } from './target.js';

/**
 * Whether a file that an earlier run finished has the source's content, by the digests of both.
 * @returns `digest` where the run wants digests
 */
export function* compareContent(
  context: WorkerContext,
  job: Job,
  { place, name }: Pick<Target, 'place' | 'name'>,
): Steps<{ isSame: boolean; digest?: string }> {
  const { calls, digests, settings } = context;
  if (digests === undefined) throw new TypeError('contents are compared in a worker without digests');
  const { descriptor: source, facts } = openSource(context, job);
  try {
    const standing = calls.open(place, name, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0), 0);
    try {
      const digest = yield* digests.digestOf(context, source);
      const isSame = digest === (yield* digests.digestOf(context, standing));
      if (!isSame || !unchanged(facts, calls.factsOf(source))) return { isSame: false };
      return settings.digests ? { isSame, digest } : { isSame };
    } finally {
      calls.close(standing);
    }
  } finally {
    calls.close(source);
  }
}
