import { runCopy } from './copy/copy-run.js';
import { refuseUnlikelyDeletion } from './destination/deletion-brake.js';
import { runDry } from './dry/dry-run.js';
import { type PreparedRun, prepared } from './prepared-run.js';
import { abortedError } from './report/aborted.js';
import { type EntryFailure, PartialCopyError } from './report/errors.js';
import type { CopyReport } from './report/events.js';
import { withAnchoredFiles } from './request/anchored-files.js';
import { normalizeOptions } from './request/normalize-options.js';
import type { CopyOptions, CopySettings } from './request/options.js';
import type { PathLike } from './request/path-like.js';
import { checkPlaces } from './request/places.js';
import { readRequest } from './request/request.js';
import { checkSideFiles } from './request/side-file-places.js';

/**
 * Copies a folder: `destination` becomes a copy of `source`. If it does not exist, it is made, with its parents; if
 * it does, it is merged into.
 * @param source a Buffer if the path is not UTF-8, or a file URL, as in `fs`; the same holds for all paths here
 * @param destination by default, the path of `source` with `options.suffix` appended
 * @returns the report, when the last worker process has ended
 * @throws {RefusedError} before anything is written: the paths or the options cannot be right
 * @throws {PartialCopyError} after the copy, if entries failed
 * @throws {AbortedError} the reason of `options.signal` with the report, when all workers have ended. If the copy has
 *   its final name by then, it is finished and reported instead.
 * @throws what `options.onEvent` throws or rejects with, when all workers have ended
 */
export async function copyFolder(
  source: PathLike,
  destination?: PathLike,
  options: CopyOptions = {},
): Promise<CopyReport> {
  const settings = withAnchoredFiles(normalizeOptions(options));
  const { events, signal } = settings;
  const failures: EntryFailure[] = [];
  events.hear(event => {
    if (event.type === 'error') failures.push(event);
  });
  const run = await prepareCopy(source, destination, settings);
  const report = await run.run();
  if (report.code !== undefined && signal?.aborted) throw abortedError(signal.reason, report);
  if (report.status !== 0) throw new PartialCopyError(report, failures);
  return report;
}

/** A copy, real or dry, that is ready to run. @throws {RefusedError} */
export async function prepareCopy(
  source: PathLike,
  destination: PathLike | undefined,
  settings: CopySettings,
): Promise<PreparedRun> {
  const places = checkPlaces(source, destination, settings);
  const request = await readRequest(places, settings);
  checkSideFiles(request);
  refuseUnlikelyDeletion(request);
  return prepared(request, settings.dryRun ? runDry : runCopy);
}
