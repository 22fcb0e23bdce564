import { constants, fdatasyncSync, fsyncSync, ftruncateSync } from 'node:fs';
import { type Facts, unchanged } from '../../files/facts.js';
import { EntryError, step } from '../../files/failure.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import type { NotKept } from '../../protocol/messages.js';
import { copyContent } from '../content/copy-content.js';
import type { Steps } from '../content/steps.js';
import type { Finished, Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import { creationMode, giveMetadata, type OpenFiles } from '../metadata/metadata.js';
import { openSource } from './open-source.js';
import { putInPlace } from './put-in-place.js';
import type { Target } from './target.js';

/**
 * Copies one regular file, with its metadata.
 * @throws {EntryError} CHANGED where it would not hold still; VERIFY where the disk gives back something else
 */
export function copyFile(context: WorkerContext, job: Job): Steps<Finished> {
  return putInPlace(context, job, makeFile);
}

function* makeFile(context: WorkerContext, job: Job, at: Target): Steps<Finished> {
  const { calls, settings } = context;
  const opened = openSource(context, job);
  const { descriptor: source, facts } = opened;
  try {
    const hasAttributes = settings.attributes && calls.hasAttributes(source);
    const createdMode = creationMode(facts, at.traits, hasAttributes);
    const flags = CREATE | (settings.verify ? constants.O_RDWR : constants.O_WRONLY);
    context.mayMake();
    const target = step('cannot be created', () => calls.open(at.place, at.name, flags, createdMode));
    try {
      const files = { source, target, traits: at.traits, hasAttributes, createdMode };
      return yield* fill(context, files, facts);
    } finally {
      calls.close(target);
    }
  } finally {
    calls.close(source);
  }
}

/** Where anything stands, a link even, that fails. */
export const CREATE = constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

type Content = Pick<Finished, 'how' | 'bytes' | 'digest'>;

/** Each try goes by the facts at its start. */
function* fill(context: WorkerContext, files: OpenFiles, opened: Facts): Steps<Finished> {
  const { source, target } = files;
  let before = opened;
  for (let tries = 0; tries < TRIES_WHILE_CHANGING; tries += 1) {
    if (tries > 0) {
      context.reporter.takeBack();
      step('cannot be written', () => ftruncateSync(target));
    }
    const content = yield* fillContent(context, files, before);
    const after = context.calls.factsOf(source);
    if (unchanged(before, after)) return yield* finish(context, files, before, content, NOTHING_LOST);
    // Now that it has had its chance to hold still: what has grown behind what was read is left for next time.
    if (tries > 0 && after.size > before.size && content.bytes >= before.size) {
      const kept = yield* cutToSize(context, files, content, before.size);
      return yield* finish(context, files, before, kept, ['grown']);
    }
    before = after;
  }
  throw new EntryError('CHANGED', 'it changed while it was read');
}

const NOTHING_LOST: readonly NotKept[] = [];

/** What had come behind `size` meanwhile goes, and the digest with it. */
function* cutToSize(
  context: WorkerContext,
  { source, target }: OpenFiles,
  content: Content,
  size: number,
): Steps<Content> {
  step('cannot be written', () => ftruncateSync(target, size));
  const digest = yield* digestOf(context, source, size);
  return digest === undefined ? { ...content, bytes: size } : { ...content, bytes: size, digest };
}

/** Then it is the turn of `--retries`. */
const TRIES_WHILE_CHANGING = 2;

function* fillContent(context: WorkerContext, files: OpenFiles, facts: Facts): Steps<Content> {
  const { source, target } = files;
  if (facts.size > 0 && context.clones.clone(files, facts, context.settings.reflink)) {
    const bytes = facts.size;
    context.copied(bytes);
    const digest = yield* digestOf(context, source);
    return digest === undefined ? { how: 'cloned', bytes } : { how: 'cloned', bytes, digest };
  }
  const digest = context.newDigest();
  const bytes = yield* copyContent({ pace: context, source, target, digest }, facts);
  return digest === undefined
    ? { how: 'streamed', bytes }
    : { how: 'streamed', bytes, digest: digest.end(bytes) };
}

/** @returns undefined where the run wants no digests */
function* digestOf(context: WorkerContext, source: number, size?: number): Steps<string | undefined> {
  if (context.digests === undefined || !context.settings.digests) return undefined;
  return yield* context.digests.digestOf(context, source, size);
}

/** Sees the content to the disk where that is asked for, and gives the file its metadata. */
export function* finish(
  context: WorkerContext,
  files: OpenFiles,
  facts: Facts,
  content: Content,
  lost: readonly NotKept[],
): Steps<Finished> {
  const { settings } = context;
  const { target } = files;
  // The time marks the file as finished: before it stands, the content has to be on the disk.
  if (settings.fsync) step('cannot be written to the disk', () => fdatasyncSync(target));
  if (settings.verify) yield* verify(context, target, content.digest);
  const notKept = step('cannot be given its owner, mode or times', () => giveMetadata(files, facts));
  if (settings.fsync) step('cannot be written to the disk', () => fsyncSync(target));
  const { how, bytes, digest } = content;
  const all = lost.length === 0 ? notKept : [...lost, ...notKept];
  return digest === undefined ? { how, bytes, notKept: all } : { how, bytes, notKept: all, digest };
}

/**
 * Reads a written file back, from the disk where the platform lets the page cache be passed by.
 * @param expected the digest taken while its content came by
 * @throws {EntryError} VERIFY
 */
function* verify(context: WorkerContext, target: number, expected: string | undefined): Steps<void> {
  if (context.digests === undefined || expected === undefined)
    throw new TypeError('there is no digest to verify');
  platformCalls()?.dropCache(target);
  const found = yield* context.digests.digestOf(context, target);
  if (found !== expected) throw otherContent();
}

export function otherContent(): EntryError {
  return new EntryError('VERIFY', 'what was read back is not what was written');
}
