import { CopyRun } from './copy/copy-run.js';
import { DryRun } from './copy/dry-run.js';
import { type EntryFailure, PartialCopyError } from './report/errors.js';
import type { CopyReport } from './report/events.js';
import type { Tally } from './report/tally.js';
import { type CopyOptions, type CopySettings, normalizeOptions } from './request/options.js';
import { checkPlaces } from './request/places.js';
import { makePlan } from './request/plan.js';
import { checkSideFiles } from './request/side-file-places.js';

/**
 * Copies a folder: the content of `source` becomes the content of `destination`, which is made with its
 * parents where it does not stand, and merged into where it does.
 * @param source a Buffer where the path is not UTF-8, as for `fs`; the same holds for all paths here
 * @param destination left out: `source` with `options.suffix` behind its name
 * @returns the report, once the last worker process has ended
 * @throws {RefusedError} before anything is written: what cannot be copied, or there, or with these options
 * @throws {PartialCopyError} after the run, where entries failed
 * @throws the reason of `options.signal`, once it is aborted and all workers have ended; where that comes too late, as
 *   the copy has its name already, it is whole and the report says so
 * @throws what `options.onEvent` throws or rejects with, once all workers have ended
 */
export async function copyFolder(
  source: string | Buffer,
  destination?: string | Buffer,
  options: CopyOptions = {},
): Promise<CopyReport> {
  const settings = normalizeOptions(options);
  const { events, signal } = settings;
  signal?.throwIfAborted();
  const failures: EntryFailure[] = [];
  events.hear(event => {
    if (event.type === 'error') failures.push(event);
  });
  const run = await prepareCopy(source, destination, settings);
  const report = await run.run();
  if (report.code !== undefined) signal?.throwIfAborted();
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
export async function prepareCopy(
  source: string | Buffer,
  destination: string | Buffer | undefined,
  settings: CopySettings,
): Promise<PreparedCopy> {
  const places = checkPlaces(source, destination, settings.suffix);
  const plan = await makePlan(places, settings);
  checkSideFiles(plan);
  const copy = new (settings.dryRun ? DryRun : CopyRun)(plan);
  return {
    tally: copy.tally,
    run: async () => {
      const report = await copy.run();
      await settings.events.drained();
      return report;
    },
  };
}
