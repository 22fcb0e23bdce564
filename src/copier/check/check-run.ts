import { native } from '../../files/byte-path.js';
import { lstat } from '../../files/system/stat.js';
import { openFolderHandles } from '../../files/trees/folder-handles.js';
import type { WorkerSettings } from '../../protocol/messages.js';
import type { FolderRequest } from '../../protocol/readings.js';
import { heldTimes } from '../../rules/held-times.js';
import { extrasScope } from '../destination/extras-scope.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { LocalHands } from '../dispatch/local-hands.js';
import { StorageSpeed } from '../listing/storage-speed.js';
import { walkSource } from '../listing/walk-source.js';
import type { CheckReport } from '../report/events.js';
import { Ledger } from '../report/ledger.js';
import { Stop } from '../report/stop.js';
import type { Tally } from '../report/tally.js';
import type { CopySettings } from '../request/options.js';
import type { Places } from '../request/places.js';
import { listOptionsOf, type Request } from '../request/request.js';
import { TreeCheck } from './tree-check.js';

/** One comparison from its start to its report: list → queue → pool → totals, as a copy, and nothing is written. */
export async function runCheck(request: Request, tally: Tally): Promise<CheckReport> {
  const { settings, places } = request;
  const { bwlimit, dereference, events, oneFileSystem, retries, verify, pool, onGivenUp } = settings;
  const { sourceRoot, sourceFacts, destinationRoot } = places;
  const stop = new Stop();
  stop.listenTo(settings.signal, 'stopped before everything was compared');
  const ledger = new Ledger(tally, events);
  if (stop.isStopped) return { ...ledger.notBegun(places, settings, stop.reason), differences: 0 };
  const source = openFolderHandles(sourceRoot, { followLinks: dereference, mostOpen: OPEN_FOLDERS });
  const destination = openFolderHandles(destinationRoot, { mostOpen: OPEN_FOLDERS });
  const hands = new LocalHands(pool, checkerSettings(places, settings), bwlimit, onGivenUp);
  const speed = new StorageSpeed(settings.isStorageSlow);
  const dispatcher = new Dispatcher(hands, retries, speed);
  tally.readsContent = verify;
  dispatcher.showIn(tally);
  const tree = new TreeCheck({
    scope: extrasScope(request, {
      source,
      destination,
      spared: {
        filters: request.filters,
        onlyOn: oneFileSystem ? lstat(native(destinationRoot)) : undefined,
        sourceRoot: sourceFacts,
        backup: undefined,
      },
    }),
    selection: request.selection,
    heldTimes: heldTimes(destinationRoot),
    comparesContent: verify,
    ledger,
    dispatcher,
    speed,
  });
  dispatcher.join({
    done: (job, outcome) => tree.settle(job, outcome),
    failed: (job, failure) => tree.fail(job, failure),
    copied: bytes => ledger.copied(bytes),
    // Nothing was written that could have been left.
    abandoned: () => undefined,
    workers: () => {},
    workerless: reason => stop.withoutWorkers(reason),
  });
  stop.onStop(() => void dispatcher.end());
  try {
    ledger.start(places, settings);
    const walk = { events, ledger, stop, dispatcher };
    const ahead = { speed, read: (folder: FolderRequest) => dispatcher.read(folder), makes: false };
    const options = { ...listOptionsOf(request, destinationRoot), ahead };
    await walkSource(sourceRoot, options, tree, walk);
    while (!dispatcher.isIdle && !stop.isStopped) await dispatcher.change();
  } finally {
    stop.close();
    await dispatcher.end();
    source.close();
    destination.close();
  }
  return { ...ledger.end(places, stop.reason), differences: tally.differences ?? 0 };
}

/** In each tree, beside those of the walk: a folder, its parent, and their root come again at once, others later. */
const OPEN_FOLDERS = 4;

/** What the workers of a comparison are told: of what concerns writing, that nothing is to be done. */
function checkerSettings(
  places: Places,
  { chunkSize, dereference, attributes, verify, tellsBegin }: CopySettings,
): WorkerSettings {
  return {
    source: places.sourceRoot,
    destination: places.destinationRoot,
    finalDestination: places.destinationRoot,
    chunkSize,
    runId: '',
    standing: 'content',
    trust: 'nothing',
    ifExists: 'skip',
    reflink: 'never',
    dereference,
    attributes,
    strict: false,
    setsModes: false,
    looks: verify ? 'none' : 'by all facts',
    readsExtras: true,
    verify: false,
    digests: false,
    fsync: false,
    backup: undefined,
    snapshots: [],
    deletion: undefined,
    tellsBegin,
    fleet: undefined,
    parentPid: process.pid,
  };
}
