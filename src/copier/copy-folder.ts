import { platformCalls } from '../worker/platform-calls.js';
import { checkPlaces } from './check-places.js';
import { CopyRun } from './copy-run.js';
import { DryRun } from './dry-run.js';
import { type EntryFailure, PartialCopyError, RefusedError } from './errors.js';
import type { CopyReport } from './events.js';
import { type CopyOptions, normalizeOptions } from './options.js';
import { Selection } from './selection.js';
import type { Tally } from './tally.js';

/**
 * Copies a folder: the content of `source` becomes the content of `destination`, which is made with its
 * parents where it does not stand, and merged into where it does.
 * @param source a Buffer where the path is not UTF-8, as for `fs`; the same holds for all paths here
 * @param destination left out: `source` with `options.suffix` behind its name
 * @returns the report, once the last worker process has ended
 * @throws {RefusedError} before anything is written: what cannot be copied, or there, or with these options
 * @throws {PartialCopyError} after the run, where entries failed
 * @throws the reason of `options.signal`, once it is aborted and all workers have ended
 */
export async function copyFolder(
  source: string | Buffer,
  destination?: string | Buffer,
  options: CopyOptions = {},
): Promise<CopyReport> {
  const { signal, onEvent } = options;
  signal?.throwIfAborted();
  const failures: EntryFailure[] = [];
  const run = prepareCopy(source, destination, {
    ...options,
    onEvent: event => {
      if (event.type === 'error') failures.push(event);
      onEvent?.(event);
    },
  });
  const report = await run.run();
  signal?.throwIfAborted();
  if (report.status !== 0) throw new PartialCopyError(report, failures);
  return report;
}

/** A copy, real or dry, that only has to be run. */
export interface PreparedCopy {
  /** Kept up to date while it runs. */
  readonly tally: Tally;
  run(): Promise<CopyReport>;
}

/** A copy that is checked and ready to run. @throws {RefusedError} */
export function prepareCopy(
  source: string | Buffer,
  destination: string | Buffer | undefined,
  options: CopyOptions,
): PreparedCopy {
  const settings = normalizeOptions(options);
  if (settings.xattrs === 'always' && platformCalls() === undefined) {
    throw new RefusedError(
      'xattrs always: extended attributes cannot be reached here: the optional dependency koffi is not installed, or not made for this platform',
    );
  }
  const places = checkPlaces(source, destination, settings.suffix);
  const selection = settings.from === undefined ? undefined : Selection.read(settings.from);
  return settings.dryRun ? new DryRun(places, settings, selection) : new CopyRun(places, settings, selection);
}
