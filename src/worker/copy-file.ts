import { closeSync, constants, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import { kindOf, unchanged } from '../common/facts.js';
import { codeOf, EntryError, step } from '../common/failure.js';
import { copyContent } from './copy-content.js';
import type { Finished, Job } from './job.js';
import { creationMode, giveMetadata } from './metadata.js';
import { putInPlace } from './put-in-place.js';
import type { WorkerContext } from './worker-context.js';

/** Copies one regular file, with its metadata. @throws {EntryError} CHANGED where it would not hold still */
export async function copyFile(context: WorkerContext, job: Job): Promise<Finished> {
  const from = native(context.source.at(job.folder) + job.name);
  const source = step('cannot be opened', () => openSource(from));
  try {
    const bytes = await putInPlace(context, job, async path => {
      const mode = creationMode(job.facts, context.settings);
      const target = step('cannot be created', () => openSync(path, CREATE, mode));
      try {
        return await fill(context, job, source, target);
      } finally {
        closeSync(target);
      }
    });
    return { how: 'streamed', bytes };
  } finally {
    closeSync(source);
  }
}

async function fill(context: WorkerContext, job: Job, source: number, target: number): Promise<number> {
  let before = job.facts;
  for (let tries = 0; tries < TRIES_WHILE_CHANGING; tries += 1) {
    if (tries > 0) step('cannot be written', () => ftruncateSync(target));
    const bytes = await copyContent(context, source, target, before);
    const after = fstatSync(source, { bigint: true });
    if (unchanged(before, after)) {
      step('cannot be given its mode or times', () => giveMetadata(target, before, context.settings));
      return bytes;
    }
    if (kindOf(after) !== 'file') break;
    before = after;
  }
  throw new EntryError('CHANGED', 'it changed while it was read');
}

/** The first try goes by the listing's facts, each later one by those at the end of the try before. */
const TRIES_WHILE_CHANGING = 4;

/** O_NONBLOCK: should a FIFO have taken the file's place since it was listed, opening must not wait. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | (constants.O_NONBLOCK ?? 0);
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Leaves the source's access time alone where that is allowed: to its owner and to root. */
function openSource(path: string | Buffer): number {
  if (constants.O_NOATIME === undefined) return openSync(path, READ);
  try {
    return openSync(path, READ | constants.O_NOATIME);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
    return openSync(path, READ);
  }
}
