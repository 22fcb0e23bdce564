import { linkSync } from 'node:fs';
import { native, split } from '../../files/byte-path.js';
import { kindOf } from '../../files/facts.js';
import { step } from '../../files/failure.js';
import { isFirstNameAnother } from '../../rules/is-up-to-date.js';
import { isLinkRefusal } from '../../rules/keep.js';
import { notKeptError } from '../../rules/not-kept.js';
import type { Steps } from '../content/steps.js';
import type { Finished, Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import { copyFile } from './copy-file.js';
import { copyLink } from './copy-link.js';
import { makeFifo } from './make-fifo.js';
import { putInPlace } from './put-in-place.js';

/** Makes another name of a file that has been copied; where that cannot be, a file of its own. */
export function* makeHardLink(context: WorkerContext, job: Job): Steps<Finished> {
  const firstName = job.firstName;
  if (firstName === undefined) throw new TypeError('a hard link was sent without the name it is to link');
  const { standing, ifExists } = context.settings;
  if (standing === 'content' && ifExists === 'newer' && isFirstNameAnother(context, job)) {
    return yield* copyAlone(context, job);
  }
  try {
    return yield* putInPlace(context, job, function* (_context, _job, target) {
      const [folder, name] = split(firstName);
      const first = native(context.destination.at(folder) + name);
      context.mayMake();
      step('cannot be linked', () => linkSync(first, native(target.path)));
      return { how: 'linked', bytes: 0, notKept: [] };
    });
  } catch (error) {
    // The file has as many names as it may; the destination is of several file systems, or of one without links.
    if (!isLinkRefusal(error)) throw error;
    if (context.settings.strict) throw notKeptError('hardLink');
    const made = yield* copyAlone(context, job);
    return { ...made, notKept: ['hardLink', ...made.notKept] };
  }
}

function copyAlone(context: WorkerContext, job: Job): Steps<Finished> {
  const kind = kindOf(job.facts);
  if (kind === 'link') return copyLink(context, job.as(kind));
  if (kind === 'fifo') return makeFifo(context, job.as(kind));
  return copyFile(context, job.as('file'));
}
