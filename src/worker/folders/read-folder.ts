import { type BytePath, rawName } from '../../files/byte-path.js';
import { type Facts, kindOf } from '../../files/facts.js';
import { FactsColumn } from '../../files/facts-column.js';
import { EntryError, type Failure, failureOf } from '../../files/failure.js';
import { NameColumn, nameAt, type PackedNames } from '../../files/name-column.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import { waitingCalls } from '../../files/system/waiting-calls.js';
import type {
  Extras,
  FolderReading,
  FolderRequest,
  ReadFolder,
  UnseenName,
} from '../../protocol/readings.js';
import { compareFacts } from '../../rules/compare-facts.js';
import { isFileThere } from '../../rules/is-file-there.js';
import type { Looks } from '../context/looks.js';
import { openToLook } from '../context/open-to-look.js';
import type { WorkerContext } from '../context/worker-context.js';
import { type FoundName, namesIn } from './names-in.js';
import { seeToDestination } from './see-to-destination.js';

/**
 * Reads a folder of the source, and sees to what comes before its files: it is made in the destination, and files that
 * the destination has already are found there. While one call waits for the storage, others are made.
 */
export async function readFolder(context: WorkerContext, request: FolderRequest): Promise<FolderReading> {
  const opened: FolderPlace[] = [];
  try {
    return await read(context, request, opened);
  } catch (error) {
    return { kind: 'failed', failure: failureOf(error) };
  } finally {
    await Promise.all(opened.map(({ descriptor }) => close(context, descriptor)));
  }
}

/** At once, unless that has been seen to wait, as where a server keeps an open folder for each client. */
async function close({ folderCloses, calls }: WorkerContext, descriptor: number): Promise<void> {
  if (folderCloses.isWaiting) await waitingCalls.close(descriptor);
  else folderCloses.time(() => calls.close(descriptor));
}

async function read(
  context: WorkerContext,
  request: FolderRequest,
  opened: FolderPlace[],
): Promise<ReadFolder> {
  const { settings, sourceLooks } = context;
  const { source, standsAt } = await openBoth(context, request.folder, opened);
  const probe = context.probeClock.probe();
  probe?.open(source);
  const destination = await seeToDestination(context, request, source, { standsAt, probe });
  const { made, failure } = destination.outcome;
  if (made === 'skipped' || failure !== undefined) {
    return { ...nothingRead(), destination: destination.outcome, waitedMs: probe?.waitedMs };
  }
  const [found, standing, isBare] = await Promise.all([
    request.names === undefined ? namesIn(source, probe) : givenNames(request.names),
    request.names === undefined && destination.place !== undefined
      ? namesIn(destination.place, probe)
      : undefined,
    destination.areBare?.(),
  ]);
  const names = found.names.slice(0, MOST_LOOKED_AT);
  const rows = await lookAt(sourceLooks, source, names, settings.dereference);
  const known = standing && new Set(standing.names.map(({ name }) => name));
  const same = await findSame(context, source, rows, destination.place, known);
  return {
    kind: 'read',
    destination: {
      ...destination.outcome,
      ...(isBare !== undefined && { isBare }),
      ...(settings.readsExtras && standing && { extras: extrasOf(found.names, standing.names) }),
    },
    ...columnsOf(rows),
    same,
    unseen: rows.flatMap(({ unseen }) => unseen ?? []),
    rest: found.names.length > MOST_LOOKED_AT ? packed(found.names.slice(MOST_LOOKED_AT)) : undefined,
    incomplete: found.failure,
    waitedMs: probe?.waitedMs,
  };
}

/** The folder in both trees, as far as it is looked at there. @throws where the source's cannot be opened */
async function openBoth(
  { source: handles, destination, settings }: WorkerContext,
  folder: BytePath,
  opened: FolderPlace[],
): Promise<{ source: FolderPlace; standsAt: PromiseSettledResult<FolderPlace> | undefined }> {
  const { source: root, destination: itsRoot, dereference: followLinks } = settings;
  const [source, standsAt] = await Promise.allSettled([
    openToLook({ handles, root, followLinks }, folder),
    ...(settings.looks === 'none'
      ? []
      : [openToLook({ handles: destination, root: itsRoot, followLinks: false }, folder)]),
  ]);
  for (const place of [source, standsAt]) if (place?.status === 'fulfilled') opened.push(place.value);
  if (source?.status !== 'fulfilled') throw source?.reason;
  return { source: source.value, standsAt };
}

function nothingRead(): Omit<ReadFolder, 'destination' | 'waitedMs'> {
  const same = new Uint8Array(0);
  return { kind: 'read', ...columnsOf([]), same, unseen: [], rest: undefined, incomplete: undefined };
}

/** What one job looks at: enough that many calls are under way, and a bound for what it brings. */
const MOST_LOOKED_AT = 2048;

async function givenNames(names: PackedNames): Promise<{ names: FoundName[]; failure?: Failure }> {
  return { names: Array.from(names.ends, (_, row) => ({ name: nameAt(names, row), isFolder: false })) };
}

interface Row {
  readonly name: BytePath;
  readonly facts?: Facts;
  readonly unseen?: UnseenName;
}

/** The facts of all names. */
function lookAt(
  looks: Looks,
  folder: FolderPlace,
  names: readonly FoundName[],
  followLinks: boolean,
): Promise<Row[]> {
  return Promise.all(
    names.map(async ({ name, isFolder }) => {
      try {
        const facts = await looks.factsIn(folder, name, followLinks);
        if (facts === undefined) throw new EntryError('ENOENT', 'no such file or folder');
        return { name, facts };
      } catch (error) {
        return { name, unseen: { name, isFolder, failure: failureOf(error) } };
      }
    }),
  );
}

/**
 * Looks in the destination for files with one name.
 * @param known the names that it has; undefined: not known
 * @returns for each row that was seen, 1 where the same file is there
 */
async function findSame(
  context: WorkerContext,
  source: FolderPlace,
  rows: readonly Row[],
  place: FolderPlace | undefined,
  known: ReadonlySet<BytePath> | undefined,
): Promise<Uint8Array> {
  const seen = rows.flatMap(({ name, facts }) => (facts === undefined ? [] : { name, facts }));
  if (place === undefined) return new Uint8Array(seen.length);
  const found = seen.map(async ({ name, facts }) => {
    const isFile = kindOf(facts) === 'file' && facts.nlink === 1;
    if (!isFile || known?.has(name) === false) return 0;
    try {
      const there = await context.destinationLooks.factsIn(place, name, false);
      if (there === undefined || !isSame(context, facts, there)) return 0;
    } catch {
      return 0; // Who compares or copies it meets the same error, and tells it.
    }
    return (await mayDifferInAttributes(context, [source, place], name)) ? 0 : 1;
  });
  return Uint8Array.from(await Promise.all(found));
}

/** Whether that takes another look, where it counts. */
async function mayDifferInAttributes(
  { calls, settings, mayHaveAttributes }: WorkerContext,
  places: readonly FolderPlace[],
  name: BytePath,
): Promise<boolean> {
  if (settings.looks !== 'by all facts' || !settings.attributes) return false;
  // What is behind a link is asked by its own descriptor.
  if (settings.dereference && mayHaveAttributes[0]) return true;
  const asked = places.filter((_, tree) => mayHaveAttributes[tree]);
  const answers = await Promise.all(asked.map(({ prefix }) => calls.mayHaveAttributesAt(prefix + name)));
  return answers.includes(true);
}

function isSame({ settings, heldTimes }: WorkerContext, source: Facts, there: Facts): boolean {
  if (settings.looks !== 'by all facts') return isFileThere(settings.looks, source, there, heldTimes);
  return kindOf(there) === 'file' && there.nlink === 1 && compareFacts(source, there, heldTimes).length === 0;
}

function extrasOf(source: readonly FoundName[], standing: readonly FoundName[]): Extras {
  const known = new Set(source.map(({ name }) => name));
  const extras = standing.filter(({ name }) => !known.has(name));
  return { names: packed(extras), areFolders: Uint8Array.from(extras, ({ isFolder }) => Number(isFolder)) };
}

function columnsOf(rows: readonly Row[]): Pick<ReadFolder, 'names' | 'facts'> {
  const names = new NameColumn(rows.length);
  const column = new FactsColumn(Math.max(rows.length, 1));
  for (const { name, facts } of rows) {
    if (facts === undefined) continue;
    names.push(name);
    column.push(facts);
  }
  return { names: names.packed(), facts: column.packed() };
}

function packed(names: readonly FoundName[]): PackedNames {
  const column = new NameColumn(names.length);
  for (const { name } of names) column.push(rawName(name));
  return column.packed();
}
