import { constants } from 'node:fs';
import { type BytePath, native } from '../../files/byte-path.js';
import { kindOf, unchanged } from '../../files/facts.js';
import { codeOf, EntryError } from '../../files/failure.js';
import { entryTemporaryName } from '../../files/reserved-names.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import type { Lane } from '../../files/system/libc-lane.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import { waitingCalls } from '../../files/system/waiting-calls.js';
import type { HeldPlace } from '../../files/trees/open-folders.js';
import type { BatchRow } from '../../protocol/batch-row.js';
import { LOST_ELSEWHERE, type NotKept } from '../../protocol/messages.js';
import { isHeldEverywhere } from '../../rules/held-times.js';
import { lookAt } from '../../rules/is-up-to-date.js';
import { decideEntry } from '../../rules/stands-there.js';
import type { HeldFolders } from '../context/held-folders.js';
import type { Finished } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import { CREATE, otherContent } from '../entries/copy-file.js';
import { creationMode, giveMetadata, isRightSoFar, type OpenFiles } from '../metadata/metadata.js';

/**
 * `copySmallFile` without holding up the process, so that others are under way meanwhile.
 * @param row stays at its place until this is through
 * @returns undefined where the file could not be copied this way: nothing is left of it then, and copying it in the
 *   usual way tells why
 * @throws {EntryError} VERIFY where the disk gives back something else
 */
export async function copySmallFileWaiting(
  context: WorkerContext,
  row: BatchRow,
  lane: Lane,
): Promise<CopiedAhead | undefined> {
  const { heldSource, heldDestination, settings, untouched } = context;
  const { batch, index, folder, facts } = row;
  const from = await heldIfPossible(heldSource, folder);
  if (from === undefined) return undefined;
  try {
    const to = await heldIfPossible(heldDestination, folder);
    if (to === undefined) return undefined;
    try {
      if (settings.standing === 'content' && !(await mayPutOver(context, row, to))) return undefined;
      const flags = untouched.flagsFor(facts.uid, settings.dereference);
      const opened = await lane.openRow(from, batch.names, index, flags, 0);
      if (opened === undefined) return undefined;
      try {
        return await copyFrom(opened, to, context, row, lane);
      } finally {
        await lane.close(opened);
      }
    } finally {
      to.letGo();
    }
  } finally {
    from.letGo();
  }
}

/** A small file that came in whole. */
export type CopiedAhead = Pick<Finished, 'notKept' | 'digest'>;

/** What stands in the way is found out component by component, in the usual way. */
function heldIfPossible(folders: HeldFolders, folder: BytePath): Promise<HeldPlace | undefined> {
  return folders.hold(folder).catch(() => undefined);
}

async function copyFrom(
  source: number,
  to: FolderPlace,
  context: WorkerContext,
  row: BatchRow,
  lane: Lane,
): Promise<CopiedAhead | undefined> {
  const { batch, index, name, facts } = row;
  const traits = context.traits(row.folder);
  const hasAttributes = context.settings.attributes && (await lane.mayHaveAttributes(source));
  const createdMode = creationMode(facts, traits, hasAttributes);
  const { standing, fleet, runId, verify } = context.settings;
  const flags = CREATE | (verify ? constants.O_RDWR : constants.O_WRONLY);
  const isOver = standing === 'content';
  const growsAs = isOver ? entryTemporaryName(runId, batch.id, index) : name;
  context.mayMake();
  const target = isOver
    ? await lane.openNamed(to, growsAs, flags, createdMode)
    : await lane.openRow(to, batch.names, index, flags, createdMode);
  if (target === undefined) return undefined;
  let copied: CopiedAhead | undefined;
  let isWhole = false;
  try {
    const files = { source, target, traits, hasAttributes, createdMode };
    copied = await fill(files, context, row, lane).catch(unlessOtherContent);
  } finally {
    // Where closing fails, content may not have arrived.
    isWhole = (await lane.close(target)) && copied !== undefined;
    if (isWhole && isOver) isWhole = await putOver(context, row, to, lane, growsAs);
    // In a fleet nothing is removed under an entry's own name: see `makeFirst`.
    if (!isWhole && (isOver || fleet === undefined)) unlinkIfThere(native(to.prefix + growsAs));
  }
  if (!isWhole && !isOver && fleet !== undefined)
    throw new EntryError(LOST_ELSEWHERE, 'it was left half done');
  return isWhole ? copied : undefined;
}

/** Done once more in the usual way, all else says which step failed. */
function unlessOtherContent(error: unknown): undefined {
  if (codeOf(error) === 'VERIFY') throw error;
}

async function putOver(
  context: WorkerContext,
  { batch, index }: BatchRow,
  to: FolderPlace,
  lane: Lane,
  growsAs: string,
): Promise<boolean> {
  context.mayMake();
  return await lane.renameToRow(to, growsAs, batch.names, index);
}

/** Whether a destination that existed before takes the file, in place of whatever is there: a rename is enough then. */
async function mayPutOver(context: WorkerContext, row: BatchRow, to: FolderPlace): Promise<boolean> {
  if (context.backup !== undefined || row.facts.nlink > 1) return false;
  try {
    const there = await waitingCalls.factsAt(to.prefix + row.name, false);
    const decision = decideEntry(row, there, context.settings, lookAt(context, row));
    const isFolder = there !== undefined && kindOf(there) === 'folder';
    return decision === 'make' || (decision === 'replace' && !isFolder);
  } catch {
    return false; // Doing it in the usual way tells why it cannot be done.
  }
}

async function fill(
  files: OpenFiles,
  context: WorkerContext,
  { facts }: BatchRow,
  lane: Lane,
): Promise<CopiedAhead | undefined> {
  const { settings } = context;
  const { source, target } = files;
  const { size } = facts;
  // One byte more than its size is asked for: a call that brings less has seen the end.
  if ((await lane.read(source, size + 1)) !== size) return undefined;
  const digest = digestOf(context, lane.content(size));
  if (size > 0 && !(await lane.write(target, size))) return undefined;
  const after = await lane.lookAt(source);
  if (after === undefined || !unchanged(facts, after)) return undefined;
  // The time marks the file as finished: before it stands, the content has to be on the disk.
  if (settings.fsync && !(await lane.sync(target, 'content'))) return undefined;
  if (settings.verify) {
    platformCalls()?.dropCache(target);
    const bytes = await lane.read(target, size + 1);
    if (bytes === undefined) return undefined;
    if (bytes !== size || digestOf(context, lane.content(size)) !== digest) throw otherContent();
  }
  let notKept = KEPT;
  if (!isRightSoFar(files, facts) || !isHeldEverywhere(facts.mtime)) notKept = giveMetadata(files, facts);
  else if (!(await lane.setTimes(target, facts))) return undefined;
  if (settings.strict && notKept.length > 0) return undefined;
  if (settings.fsync && !(await lane.sync(target, 'all'))) return undefined;
  return digest === undefined ? { notKept } : { notKept, digest };
}

function digestOf(context: WorkerContext, content: Buffer): string | undefined {
  const digest = context.newDigest();
  digest?.add(content, 0);
  return digest?.end(content.length);
}

const KEPT: readonly NotKept[] = [];
