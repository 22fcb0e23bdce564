import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BytePath, native, rawName, readable } from '../../files/byte-path.js';
import { kindOf, permissionsOf } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';
import { CLAIM_NAME, MARK_NAME, temporaryName } from '../../files/reserved-names.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import { lstat, stat } from '../../files/system/stat.js';
import { closeAgain, openPathToOwner } from '../../folders/open-to-owner.js';
import type { Standing, Trust } from '../../protocol/messages.js';
import { isAccepted } from '../../rules/keep.js';
import { RefusedError, refusal } from '../report/errors.js';
import type { CopySettings } from '../request/options.js';
import { nearestStanding } from '../request/paths.js';
import type { Places } from '../request/places.js';
import { Claim, type ClaimingRun } from './claim.js';
import { thisMachine } from './liveness.js';
import { isSameSource, markOfRun, newMark, readMark, removeLeftMark, trustIn, writeMark } from './mark.js';
import { Undo } from './undo.js';
import { isOurs } from './whose.js';

/**
 * The folder that a run writes in: the destination if it exists, else `<dest>.partial` beside it, which takes the
 * destination's name when the run has come to its end. It is claimed for this run alone.
 */
export interface WorkFolder extends WorkPlace {
  /**
   * Whether folders that are made in it have to be given their mode: an existing one may hand down its set-group-id
   * bit, which would go on to all below, and a umask may take from the owner what the run needs.
   */
  readonly setsModes: boolean;
  readonly claim: Claim;
  /** Ids of runs that died here; their temporary names may be left. */
  readonly deadRuns: ReadonlySet<string>;
  /** Removes what was made for a run that is refused after all. */
  undo(): void;
  /** Gives the root the mode it was found with again, if the run ends without giving it its own. */
  giveBack(): void;
}

/** Where that is, and what is there. */
export interface WorkPlace {
  /** Absolute, without a slash at its end. */
  readonly root: BytePath;
  readonly standing: Standing;
  readonly trust: Trust;
}

/** @throws {RefusedError} where it cannot be made or claimed, or is not this copy's: nothing of it is left then */
export async function openWorkFolder(
  places: Places,
  settings: CopySettings,
  runId: string,
): Promise<WorkFolder> {
  refuseAppendOnly(places);
  const undo = new Undo();
  try {
    if (places.exists) return await openStanding(places.destinationRoot, settings, runId, undo);
    await makeParents(places, undo);
    return await openPartial(places, settings, runId, undo);
  } catch (error) {
    undo.run();
    throw error;
  }
}

/**
 * What `openWorkFolder` would open, looking only; `root` need not exist.
 * @throws {RefusedError} where it is not this copy's, or could not be made or claimed
 */
export function lookAtWorkFolder(places: Places, settings: CopySettings): WorkPlace {
  refuseAppendOnly(places);
  const { exists, destinationRoot, partialRoot: root } = places;
  if (exists) return { root: destinationRoot, standing: 'content', trust: 'nothing' };
  const mark = isBegun(places) ? readMark(root, lstat(native(root))) : undefined;
  if (mark === undefined) return { root, standing: 'nothing', trust: 'nothing' };
  return { root, standing: 'earlier', trust: trustIn(mark, thisMachine().boot, settings) };
}

/** Whether an earlier run has left the beginning of this copy. @throws {RefusedError} where it is of another one */
export function isBegun(places: Places): boolean {
  const { partialRoot } = places;
  if (lstatSync(native(partialRoot), { throwIfNoEntry: false }) === undefined) return false;
  refuseForeign(partialRoot, places);
  return true;
}

async function openStanding(
  root: BytePath,
  settings: CopySettings,
  runId: string,
  undo: Undo,
): Promise<WorkFolder> {
  const found = openPathToOwner(native(root));
  const giveBack = () => {
    try {
      closeAgain(native(root), found);
    } catch (error) {
      // Somebody has removed it: then there is nothing to give back.
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  };
  undo.add(giveBack);
  const { claim, dead } = await Claim.take(root, runOf(runId, settings));
  undo.add(() => claim.release());
  removeLeftMark(root, stat(native(root)));
  const place = { root, standing: 'content', trust: 'nothing' } as const;
  return { ...place, setsModes: true, claim, deadRuns: new Set(dead), undo: () => undo.run(), giveBack };
}

async function openPartial(
  places: Places,
  settings: CopySettings,
  runId: string,
  undo: Undo,
): Promise<WorkFolder> {
  const { partialRoot: root, destinationRoot, source, sourceFacts } = places;
  const modeMade = makeIfFree(root, undo);
  const made = modeMade !== undefined;
  if (!made) refuseForeign(root, places, temporaryName(runId));
  const { claim, dead } = await Claim.take(root, runOf(runId, settings));
  undo.add(() => claim.release());
  if (existsSync(native(destinationRoot)))
    throw new RefusedError(
      `${readable(destinationRoot)}: another run has just created it; wait for that run, then run the same command again`,
      'EBUSY',
    );
  // Whatever it was made with, or opened to since.
  if (!made) isAccepted(() => chmodSync(native(root), PRIVATE));
  const { boot } = thisMachine();
  const folder = lstat(native(root));
  const earlier = readMark(root, folder);
  const mark = earlier ?? newMark(folder, source, sourceFacts, settings);
  if (earlier === undefined) undo.add(() => unlinkIfThere(native(`${root}/${MARK_NAME}`)));
  try {
    writeMark(root, markOfRun(mark, boot, settings), runId);
  } catch (error) {
    throw refusal(readable(root), 'cannot be written', error);
  }
  const trust = earlier === undefined ? 'nothing' : trustIn(earlier, boot, settings);
  const standing = made || earlier === undefined ? 'nothing' : 'earlier';
  const setsModes = modeMade !== PRIVATE;
  const deadRuns = new Set(dead);
  return { root, standing, trust, setsModes, claim, deadRuns, undo: () => undo.run(), giveBack: () => {} };
}

/** What a run writes in it could never take its name, nor be removed again. Without the platform's calls nothing tells. */
function refuseAppendOnly({ exists, destinationRoot, partialRoot }: Places): void {
  const folder = exists ? destinationRoot : nearestStanding(rawName(dirname(partialRoot)));
  if (platformCalls()?.isAppendOnly(folder))
    throw new RefusedError(
      `${readable(folder)}: cannot be written: it is append-only: nothing in it can be renamed (chattr +a)`,
      'EPERM',
    );
}

const PRIVATE = 0o700;

async function makeParents({ destinationRoot }: Places, undo: Undo): Promise<void> {
  const parent = rawName(dirname(destinationRoot));
  const missing = missingFolders(parent);
  if (missing.length === 0) return;
  for (const path of missing) undo.add(() => rmdirSync(native(path)));
  // Loaded only where it is needed: it takes a third of Node's own start.
  const { ensureDir } = await import('fs-extra/esm');
  try {
    for (const path of missing) {
      // Handed on to `mkdir` as it is, though its types speak of strings only.
      await ensureDir(native(path) as string);
      // As `mkdir -p` has it: a umask may have closed it to its owner.
      openPathToOwner(native(path));
    }
  } catch (error) {
    throw refusal(readable(destinationRoot), 'cannot be made', error);
  }
}

/** The folder and those above it, as far as they do not exist, the outermost first. */
function missingFolders(folder: BytePath): BytePath[] {
  const missing: BytePath[] = [];
  for (let path = folder; !existsSync(native(path)); path = rawName(dirname(path))) missing.unshift(path);
  return missing;
}

/** @returns the permissions that it was made with, before it got its own; undefined if something exists there */
function makeIfFree(root: BytePath, undo: Undo): number | undefined {
  if (lstatSync(native(root), { throwIfNoEntry: false }) !== undefined) return undefined;
  try {
    mkdirSync(native(root), PRIVATE);
    undo.add(() => rmdirSync(native(root)));
    const permissions = permissionsOf(lstat(native(root))) & PRIVATE;
    // Its parent may have handed down the set-group-id bit, which would go on to everything in it.
    isAccepted(() => chmodSync(native(root), PRIVATE));
    return permissions;
  } catch (error) {
    throw refusal(readable(root), 'cannot be made', error);
  }
}

/**
 * Refuses to continue anything but this copy's own work.
 * @param probe see `isOurs`; without it, it looks without touching
 */
function refuseForeign(root: BytePath, { source, sourceFacts }: Places, probe?: string): void {
  const facts = lstat(native(root));
  if (kindOf(facts) !== 'folder')
    throw new RefusedError(
      `${readable(root)}: is in the way: it is not a folder; remove or rename it`,
      'ENOTDIR',
    );
  if (!isOurs(root, facts, probe))
    throw new RefusedError(
      `${readable(root)}: exists and belongs to another user; have it removed or renamed`,
      'EPERM',
    );
  const mark = readMark(root, facts);
  if (mark === undefined) {
    if (readdirSync(native(root)).every(isWithoutContent)) return;
    throw new RefusedError(
      `${readable(root)}: exists and is not an unfinished copy; remove or rename it`,
      'EEXIST',
    );
  }
  if (!isSameSource(mark, source, sourceFacts)) {
    throw new RefusedError(
      `${readable(root)}: is an unfinished copy of ${readable(mark.source.path)}; finish that copy, or remove it`,
      'EEXIST',
    );
  }
}

/** A run can be killed between making the folder and marking it. */
function isWithoutContent(name: string): boolean {
  return name.startsWith(CLAIM_NAME) || /^\.folder-copy\.[0-9a-f]{16}$/.test(name);
}

function runOf(id: string, { fsync, fleet }: CopySettings): ClaimingRun {
  return { id, fsync, isFleet: fleet !== undefined };
}
