import { lchownSync, lutimesSync, readlinkSync, symlinkSync } from 'node:fs';
import { NAME_ENCODING, native } from '../common/byte-path.js';
import { step } from '../common/failure.js';
import type { Finished, Job } from './job.js';
import { seconds } from './metadata.js';
import { putInPlace } from './put-in-place.js';
import type { WorkerContext } from './worker-context.js';

/** Makes a symbolic link with the same target text, times and owner. */
export async function copyLink(context: WorkerContext, job: Job): Promise<Finished> {
  const from = native(context.source.at(job.folder) + job.name);
  const target = step('cannot be read', () => native(readlinkSync(from, { encoding: NAME_ENCODING })));
  await putInPlace(context, job, path => {
    step('cannot be created', () => symlinkSync(target, path));
    step('cannot be given its owner or times', () => {
      const { uid, gid, atimeNs, mtimeNs } = job.facts;
      if (context.settings.keepOwner) lchownSync(path, Number(uid), Number(gid));
      lutimesSync(path, seconds(atimeNs), seconds(mtimeNs));
    });
  });
  return { how: 'linked', bytes: 0 };
}
