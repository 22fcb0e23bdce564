import { closeSync, constants, fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import { type Facts, unchanged } from '../common/facts.js';
import { EntryError, step } from '../common/failure.js';
import type { NotKept } from '../common/messages.js';
import { copyContent } from './copy-content.js';
import type { Finished, Job } from './job.js';
import { creationMode, giveMetadata, type OpenFiles } from './metadata.js';
import { openSource } from './open-source.js';
import { platformCalls } from './platform-calls.js';
import { putInPlace } from './put-in-place.js';
import { verify } from './verify.js';
import type { WorkerContext } from './worker-context.js';

/**
 * Copies one regular file, with its metadata.
 * @throws {EntryError} CHANGED where it would not hold still; VERIFY where the disk gives back something else
 */
export function copyFile(context: WorkerContext, job: Job): Promise<Finished> {
  return putInPlace(context, job, async (path, traits) => {
    const source = openSource(context, job);
    try {
      const hasAttributes = context.settings.attributes && (platformCalls()?.hasAttributes(source) ?? false);
      const createdMode = creationMode(job.facts, traits, hasAttributes);
      const flags = CREATE | (context.settings.verify ? constants.O_RDWR : constants.O_WRONLY);
      const target = step('cannot be created', () => openSync(native(path), flags, createdMode));
      try {
        return await fill(context, { source, target, traits, hasAttributes, createdMode }, job.facts);
      } finally {
        closeSync(target);
      }
    } finally {
      closeSync(source);
    }
  });
}

/** Where anything stands, a link even, that fails. */
export const CREATE = constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

type Content = Pick<Finished, 'how' | 'bytes' | 'digest'>;

/** The first try goes by the listing's facts, each later one by those at the end of the try before. */
async function fill(context: WorkerContext, files: OpenFiles, listed: Facts): Promise<Finished> {
  const { source, target } = files;
  let before = listed;
  for (let tries = 0; tries < TRIES_WHILE_CHANGING; tries += 1) {
    if (tries > 0) {
      context.takeBack();
      step('cannot be written', () => ftruncateSync(target));
    }
    const content = await fillContent(context, files, before);
    const after = fstatSync(source, { bigint: true });
    if (unchanged(before, after)) return await finish(context, files, before, content, []);
    // From the second try on `before` was true while the file was open: it has grown behind what was read.
    if (tries > 0 && after.size > before.size && content.bytes >= Number(before.size)) {
      const kept = await cutToSize(context, files, content, Number(before.size));
      return await finish(context, files, before, kept, ['grown']);
    }
    before = after;
  }
  throw new EntryError('CHANGED', 'it changed while it was read');
}

/** What had come behind `size` meanwhile goes, and the digest with it. */
async function cutToSize(
  context: WorkerContext,
  { source, target }: OpenFiles,
  content: Content,
  size: number,
): Promise<Content> {
  step('cannot be written', () => ftruncateSync(target, size));
  const digest = await context.digests?.digestOf(context, source, size);
  return digest === undefined ? { ...content, bytes: size } : { ...content, bytes: size, digest };
}

/** Then it is the turn of `--retries`. */
const TRIES_WHILE_CHANGING = 2;

async function fillContent(context: WorkerContext, files: OpenFiles, facts: Facts): Promise<Content> {
  const { source, target } = files;
  if (facts.size > 0n && context.clones.clone(files, facts, context.settings.reflink)) {
    const bytes = Number(facts.size);
    context.copiedBytes(bytes);
    const digest = await context.digests?.digestOf(context, source);
    return digest === undefined ? { how: 'cloned', bytes } : { how: 'cloned', bytes, digest };
  }
  return { how: 'streamed', ...(await copyContent(context, source, target, facts)) };
}

/** Sees the content to the disk where that is asked for, and gives the file its metadata. */
export async function finish(
  context: WorkerContext,
  files: OpenFiles,
  facts: Facts,
  content: Content,
  lost: readonly NotKept[],
): Promise<Finished> {
  const { settings } = context;
  const { target } = files;
  // The time marks the file as finished: before it stands, the content has to be on the disk.
  if (settings.fsync) step('cannot be written to the disk', () => fdatasyncSync(target));
  if (settings.verify) await verify(context, target, content.digest);
  const notKept = step('cannot be given its owner, mode or times', () => giveMetadata(files, facts));
  if (settings.fsync) step('cannot be written to the disk', () => fsyncSync(target));
  return { ...content, notKept: [...lost, ...notKept] };
}
