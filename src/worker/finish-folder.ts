import { chmodSync, chownSync, utimesSync } from 'node:fs';
import { type BytePath, native } from '../common/byte-path.js';
import type { Facts } from '../common/facts.js';
import { step } from '../common/failure.js';
import type { Finished } from './job.js';
import { keptPermissions, seconds } from './metadata.js';
import type { WorkerContext } from './worker-context.js';

/** Gives a folder its owner, mode and times: only now, as its content needed to write in it and touched them. */
export function finishFolder(context: WorkerContext, folder: BytePath, facts: Facts): Finished {
  const path = native(context.destination.at(folder).slice(0, -1));
  step('cannot be given its owner, mode or times', () => {
    if (context.settings.keepOwner) chownSync(path, Number(facts.uid), Number(facts.gid));
    chmodSync(path, keptPermissions(facts, context.settings));
    utimesSync(path, seconds(facts.atimeNs), seconds(facts.mtimeNs));
  });
  return { how: 'made', bytes: 0 };
}
