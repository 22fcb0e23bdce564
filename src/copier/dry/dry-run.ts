import { openFolderHandles } from '../../files/trees/folder-handles.js';
import { lookAtWorkFolder } from '../claim/work-folder.js';
import { Course } from '../copy/course.js';
import { TreeCopy } from '../copy/tree-copy.js';
import { readerSettings } from '../copy/worker-settings.js';
import { lookAtDestination } from '../destination/destination.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { LocalHands } from '../dispatch/local-hands.js';
import type { CopyReport } from '../report/events.js';
import { Ledger } from '../report/ledger.js';
import { noSideFiles } from '../report/side-files.js';
import { Stop } from '../report/stop.js';
import type { Tally } from '../report/tally.js';
import type { Request } from '../request/request.js';
import { DryHands } from './dry-hands.js';
import { DrySnapshots } from './dry-snapshots.js';

/**
 * Tells what a copy would do, by the same rules and in the same events, and writes nothing at all: the same course, with
 * hands that only look.
 * @throws {RefusedError} where the copy would be refused, as far as that can be told without writing
 */
export async function runDry(request: Request, tally: Tally): Promise<CopyReport> {
  const { settings, places } = request;
  const place = lookAtWorkFolder(places, settings);
  const stop = new Stop();
  stop.listenTo(settings.signal, 'stopped; nothing was written');
  const ledger = new Ledger(
    tally,
    settings.events,
    noSideFiles,
    failure => settings.failFast && stop.atFailure(failure),
  );
  if (stop.isStopped) return ledger.notBegun(places, settings, stop.reason);
  const source = openFolderHandles(places.sourceRoot, { followLinks: settings.dereference });
  const destination = lookAtDestination(request, place);
  const snapshots = new DrySnapshots(source, request, place.root);
  const hands = new DryHands(source, destination, snapshots, () => {
    const pool = { most: 1, isWanted: false };
    return new LocalHands(pool, readerSettings(request, place), undefined, settings.onGivenUp);
  });
  const dispatcher = new Dispatcher(hands, settings.retries);
  tally.readsContent = false;
  const tree = new TreeCopy({
    ledger,
    dispatcher,
    destination,
    strict: settings.strict,
    replacesFolders: settings.delete || place.standing === 'earlier',
    largeFiles: undefined,
    drop: () => {},
    dropFailed: undefined,
    mayFitAlone: () => false,
    isDiskFull: () => false,
  });
  dispatcher.join({
    done: (job, outcome) => tree.settle(job, outcome),
    ...(!ledger.tellsOfEach && { doneFiles: files => tree.settleFiles(files) }),
    failed: (job, failure) => tree.fail(job, failure),
    copied: bytes => ledger.copied(bytes),
    abandoned: () => undefined,
    workers: () => {},
    workerless: reason => stop.withoutWorkers(reason),
  });
  try {
    ledger.start(places, settings);
    const course = new Course({ request, ledger, stop, dispatcher, destination, tree });
    await course.list();
    await course.settle();
    await course.sweep();
  } finally {
    stop.close();
    await dispatcher.end();
    source.close();
    snapshots.close();
    destination.handles.close();
  }
  return ledger.end(places, stop.reason);
}
