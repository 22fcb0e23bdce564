import { readlinkSync } from 'node:fs';
import { NAME_ENCODING, native, rawName } from '../../files/byte-path.js';
import { type Facts, kindOf, linkIdentityOf, unchanged } from '../../files/facts.js';
import { EntryError, step } from '../../files/failure.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import type { Comparison, Difference } from '../../protocol/differences.js';
import { compareAttributes } from '../../rules/attributes/kept-attributes.js';
import { compareFacts } from '../../rules/compare-facts.js';
import { firstDifference } from '../content/first-difference.js';
import type { Steps } from '../content/steps.js';
import type { OpenFile } from '../content/untouched-files.js';
import type { Finished, Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import { openSource } from './open-source.js';
import { withSourcePath } from './source-path.js';

/**
 * Compares an entry that is not a folder with what is in its place in the destination, and writes nothing.
 * @throws {EntryError} CHANGED where one of two files would not hold still while their contents were compared
 */
export function* compareEntry(context: WorkerContext, job: Job): Steps<Finished> {
  const standing = step('its copy cannot be read', () =>
    context.calls.factsIn(context.destination.place(job.folder), job.name),
  );
  if (standing === undefined) return compared(0, { differences: [{ kind: 'missing' }] });
  const differences = compareFacts(job.facts, standing, context.heldTimes);
  const kind = kindOf(job.facts);
  if (kindOf(standing) !== kind) return compared(0, { differences });
  if (kind === 'link') differences.push(...compareTargets(context, job));
  differences.push(...attributesOf(context, job));
  let bytes = 0;
  if (job.kind === 'compareContent' && kind === 'file' && job.facts.size === standing.size) {
    const at = yield* compareContents(context, job, standing);
    if (at !== undefined) differences.push({ kind: 'content', at });
    bytes = at ?? standing.size;
  }
  const { nlink } = standing;
  const isAlone = job.facts.nlink === 1 && nlink === 1;
  if (isAlone) return compared(bytes, differences.length === 0 ? undefined : { differences });
  return compared(bytes, { differences, standing: { identity: linkIdentityOf(standing), nlink } });
}

/** @param bytes of content that were compared */
function compared(bytes: number, comparison: Comparison | undefined): Finished {
  const finished = { how: 'compared', bytes, notKept: [] } as const;
  return comparison === undefined ? finished : { ...finished, comparison };
}

function attributesOf(context: WorkerContext, { folder, name }: Job): Difference[] {
  const calls = context.settings.attributes ? platformCalls() : undefined;
  if (calls === undefined) return [];
  return step('its attributes cannot be compared', () =>
    withSourcePath(context, folder, name, path =>
      compareAttributes(calls, path, context.destination.at(folder) + name),
    ),
  );
}

function compareTargets({ source, destination }: WorkerContext, { folder, name }: Job): Difference[] {
  const [from, to] = [source, destination].map(tree =>
    rawName(readlinkSync(native(tree.at(folder) + name), { encoding: NAME_ENCODING })),
  );
  if (from === undefined || to === undefined || from === to) return [];
  return [{ kind: 'target', source: from, destination: to }];
}

/** @returns where the first byte is that differs */
function* compareContents(context: WorkerContext, job: Job, standing: Facts): Steps<number | undefined> {
  const { calls } = context;
  const source = openSource(context, job);
  try {
    const destination = openStanding(context, job, standing);
    try {
      const at = yield* firstDifference(context, source, destination);
      if (isChanged(context, source) || isChanged(context, destination)) {
        throw new EntryError('CHANGED', 'it or its copy changed while they were compared');
      }
      return at;
    } finally {
      calls.close(destination.descriptor);
    }
  } finally {
    calls.close(source.descriptor);
  }
}

function openStanding({ calls, destination, untouched }: WorkerContext, job: Job, { uid }: Facts): OpenFile {
  const place = destination.place(job.folder);
  const descriptor = step('its copy cannot be opened', () =>
    untouched.open(flags => calls.open(place, job.name, flags, 0), uid, false, job.isLastTry),
  );
  try {
    const facts = calls.factsOf(descriptor);
    if (kindOf(facts) !== 'file') throw new EntryError('CHANGED', 'its copy is no longer a file');
    return { descriptor, facts };
  } catch (error) {
    calls.close(descriptor);
    throw error;
  }
}

function isChanged({ calls }: WorkerContext, { descriptor, facts }: OpenFile): boolean {
  return !unchanged(facts, calls.factsOf(descriptor));
}
