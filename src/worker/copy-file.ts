import { closeSync, constants, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import { type Facts, permissionsOf, unchanged } from '../common/facts.js';
import { codeOf, EntryError, step } from '../common/failure.js';
import type { NotKept } from '../common/messages.js';
import { copyContent } from './copy-content.js';
import type { Finished, Job } from './job.js';
import { creationMode, giveMetadata, type OpenFiles } from './metadata.js';
import { platformCalls } from './platform-calls.js';
import { putInPlace } from './put-in-place.js';
import type { WorkerContext } from './worker-context.js';

/** Copies one regular file, with its metadata. @throws {EntryError} CHANGED where it would not hold still */
export function copyFile(context: WorkerContext, job: Job): Promise<Finished> {
  return putInPlace(context, job, async (path, traits) => {
    const source = step('cannot be opened', () => openSource(context, job));
    try {
      // What took its place need have no end: a FIFO, a device.
      if (!fstatSync(source).isFile()) throw new EntryError('CHANGED', 'it is no file any more');
      const hasAttributes = context.settings.attributes && (platformCalls()?.hasAttributes(source) ?? false);
      const mode = creationMode(job.facts, traits, hasAttributes);
      const target = step('cannot be created', () => openSync(native(path), CREATE, mode));
      try {
        return await fill(context, job, { source, target, traits, hasAttributes });
      } finally {
        closeSync(target);
      }
    } finally {
      closeSync(source);
    }
  });
}

/** The first try goes by the listing's facts, each later one by those at the end of the try before. */
async function fill(context: WorkerContext, job: Job, files: OpenFiles): Promise<Finished> {
  const { source, target } = files;
  let before: Facts = job.facts;
  for (let tries = 0; tries < TRIES_WHILE_CHANGING; tries += 1) {
    if (tries > 0) step('cannot be written', () => ftruncateSync(target));
    const content = await fillContent(context, files, before);
    const after = fstatSync(source, { bigint: true });
    if (unchanged(before, after)) return finish(files, before, content, []);
    // From the second try on `before` was true while the file was open: it has grown behind what was read.
    if (tries > 0 && after.size > before.size) {
      ftruncateSync(target, Number(before.size));
      return finish(files, before, content, ['grown']);
    }
    before = after;
  }
  throw new EntryError('CHANGED', 'it changed while it was read');
}

type Content = Pick<Finished, 'how' | 'bytes'>;

async function fillContent(
  context: WorkerContext,
  { source, target, traits, hasAttributes }: OpenFiles,
  facts: Facts,
): Promise<Content> {
  const mayOpen = creationMode(facts, traits, hasAttributes) === permissionsOf(facts);
  if (
    facts.size > 0n &&
    context.clones.clone(source, facts.dev, target, traits.dev, mayOpen, context.settings.reflink)
  ) {
    const bytes = Number(facts.size);
    context.copiedBytes(bytes);
    return { how: 'cloned', bytes };
  }
  return { how: 'streamed', bytes: await copyContent(context, source, target, facts) };
}

function finish(files: OpenFiles, facts: Facts, content: Content, lost: readonly NotKept[]): Finished {
  const notKept = step('cannot be given its owner, mode or times', () => giveMetadata(files, facts));
  return { ...content, notKept: [...lost, ...notKept] };
}

const TRIES_WHILE_CHANGING = 4;

/** O_NONBLOCK: should a FIFO have taken the file's place since it was listed, opening must not wait. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** Leaves the source's access time alone where that is allowed: to its owner and to root. */
function openSource(context: WorkerContext, job: Job): number {
  const path = native(context.source.at(job.folder) + job.name);
  const flags = READ | (context.settings.dereference ? 0 : (constants.O_NOFOLLOW ?? 0));
  if (constants.O_NOATIME === undefined) return openSync(path, flags);
  try {
    return openSync(path, flags | constants.O_NOATIME);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
    return openSync(path, flags);
  }
}
