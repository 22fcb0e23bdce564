import { type BytePath, split } from '../../files/byte-path.js';
import { type Facts, permissionsOf, sameInode } from '../../files/facts.js';
import { codeOf, failureOf } from '../../files/failure.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import { makeFolder, makeFolderWaiting } from '../../folders/make-folder.js';
import type { FolderOutcome, FolderRequest, StandingFolder } from '../../protocol/readings.js';
import { isFinishedFolder } from '../../rules/is-finished-folder.js';
import type { WaitProbe } from '../context/wait-probe.js';
import type { WorkerContext } from '../context/worker-context.js';

/** A folder of the destination that the walk will come to. */
interface SeenDestination {
  readonly outcome: StandingFolder;
  /** Open where files are looked for in it. */
  readonly place?: FolderPlace;
  /** Finds out whether neither folder has attributes, where that is to be known. */
  readonly areBare?: () => Promise<boolean>;
}

/** Makes the folder where that is asked, unless it is there. */
export async function seeToDestination(
  context: WorkerContext,
  { folder, makes, again }: FolderRequest,
  source: FolderPlace,
  {
    standsAt,
    probe,
  }: {
    readonly standsAt: PromiseSettledResult<FolderPlace> | undefined;
    readonly probe: WaitProbe | undefined;
  },
): Promise<SeenDestination> {
  if (standsAt?.status === 'fulfilled') {
    const standing = await lookAtStanding(context, { makes, source, place: standsAt.value, probe });
    if (standing !== undefined) return standing;
  } else if (standsAt !== undefined && !makes) {
    // What stands in its place, or that nothing does, is found out by what makes or compares it.
    const code = codeOf(standsAt.reason);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw standsAt.reason;
  }
  if (!makes) return { outcome: {} };
  const isMissing = context.settings.standing === 'nothing' || standsAt?.status === 'rejected';
  try {
    return { outcome: { made: await make(context, folder, { mayBeFree: isMissing, probe }) } };
  } catch (error) {
    // In a new destination all folders are this run's.
    if (again && codeOf(error) === 'NAME_COLLISION') return { outcome: { made: 'made' } };
    return { outcome: { failure: failureOf(error) } };
  }
}

/** @returns undefined where it is to be made, which is how one that cannot be looked at is seen to as well */
async function lookAtStanding(
  context: WorkerContext,
  { makes, source, place, probe }: StandingLook,
): Promise<SeenDestination | undefined> {
  probe?.open(place);
  try {
    const facts = await context.destinationLooks.factsOf(place);
    if (!makes) return { outcome: { facts }, place, areBare: () => areBare(context, [source, place]) };
    const isOpen = (permissionsOf(facts) & OWNERS) === OWNERS && !sameInode(facts, context.sourceRoot);
    if (!isOpen) return undefined;
    const isFinished = await isAsItIsToBe(context, source, place, facts);
    return { outcome: { facts, made: 'kept', isFinished }, place };
  } catch (error) {
    if (!makes) throw error;
    return undefined;
  }
}

interface StandingLook {
  readonly makes: boolean;
  readonly source: FolderPlace;
  readonly place: FolderPlace;
  readonly probe: WaitProbe | undefined;
}

/** @param mayBeFree whether nothing is known to be in its place */
async function make(
  context: WorkerContext,
  folder: BytePath,
  { mayBeFree, probe }: { readonly mayBeFree: boolean; readonly probe: WaitProbe | undefined },
): Promise<FolderOutcome> {
  const { backup, destination: handles, heldDestination, settings, sourceRoot } = context;
  const site = { handles, policy: settings, sourceRoot, setsModes: settings.setsModes, backup };
  if (probe !== undefined) return probe.time(() => makeFolder(site, folder));
  if (!mayBeFree) return makeFolder(site, folder);
  const parent = await heldDestination.hold(split(folder)[0]);
  const isMade = await makeFolderWaiting(site, folder, parent).finally(() => parent.letGo());
  return isMade ? 'made' : makeFolder(site, folder);
}

const OWNERS = 0o700;

async function isAsItIsToBe(
  context: WorkerContext,
  source: FolderPlace,
  place: FolderPlace,
  there: Facts,
): Promise<boolean> {
  const { settings, heldTimes, sourceLooks } = context;
  const facts = await sourceLooks.factsOf(source);
  if (!isFinishedFolder(facts, there, heldTimes)) return false;
  return await areBare(context, settings.attributes ? [source, place] : [place]);
}

/** Whether none of these folders has attributes. */
async function areBare({ calls }: WorkerContext, folders: readonly FolderPlace[]): Promise<boolean> {
  const answers = await Promise.all(folders.map(({ descriptor }) => calls.mayHaveAttributes(descriptor)));
  return !answers.includes(true);
}
