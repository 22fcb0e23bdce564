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
 * Copies a folder: `destination` becomes a copy of `source`. If it does not exist, it is made, with its parents; if
 * it does, it is merged into.
 * @param source a Buffer if the path is not UTF-8, as in `fs`; the same holds for all paths here
 * @param destination by default, the path of `source` with `options.suffix` appended
 * @returns the report, when the last worker process has ended
 * @throws {RefusedError} before anything is written: the paths or the options cannot be right
 * @throws {PartialCopyError} after the copy, if entries failed
 * @throws the reason of `options.signal`, when all workers have ended. If the copy has its final name by then, it is
 *   finished and reported instead.
 * @throws what `options.onEvent` throws or rejects with, when all workers have ended
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
