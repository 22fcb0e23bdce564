import { runCheck } from './check/check-run.js';
import { type PreparedRun, prepared } from './prepared-run.js';
import { abortedError } from './report/aborted.js';
import { UsageError } from './report/errors.js';
import type { CheckReport } from './report/events.js';
import { withAnchoredFiles } from './request/anchored-files.js';
import { normalizeOptions } from './request/normalize-options.js';
import { COPY_ONLY, type CopyOptions, type CopySettings } from './request/options.js';
import type { PathLike } from './request/path-like.js';
import { checkStandingPlaces } from './request/places.js';
import { readRequest } from './request/request.js';
import { checkLogOfComparison } from './request/side-file-places.js';

/** Those of a copy's options that a comparison obeys; with `verify`, contents are compared. */
export type CheckOptions = Omit<CopyOptions, (typeof COPY_ONLY)[number]>;

/**
 * Compares a folder with what should be its copy, and writes nothing at all. `options.onEvent` gets the differences.
 * @param destination by default, the path of `source` with `options.suffix` appended
 * @returns the report, when the last worker process has ended: its `status` is 0 if nothing differs and nothing failed
 * @throws {RefusedError} if there is nothing to compare, or the options cannot be right
 * @throws {AbortedError} the reason of `options.signal` with the report, when all workers have ended
 * @throws what `options.onEvent` throws or rejects with, when all workers have ended
 */
export async function checkFolder(
  source: PathLike,
  destination?: PathLike,
  options: CheckOptions = {},
): Promise<CheckReport> {
  const settings = withAnchoredFiles(normalizeOptions(options));
  refuseCopyOnly(options);
  const run = await prepareCheck(source, destination, settings);
  const report = await run.run();
  const { signal } = settings;
  if (report.code !== undefined && signal?.aborted) throw abortedError(signal.reason, report);
  return report;
}

/** A comparison that is ready to run. @throws {RefusedError} */
export async function prepareCheck(
  source: PathLike,
  destination: PathLike | undefined,
  settings: CopySettings,
): Promise<PreparedRun<CheckReport>> {
  const places = checkStandingPlaces(source, destination, settings);
  const request = await readRequest(places, settings);
  checkLogOfComparison(request);
  return prepared(request, runCheck);
}

/** Callers without types can give any. */
function refuseCopyOnly(options: CopyOptions): void {
  for (const name of COPY_ONLY) {
    if (options[name] !== undefined) throw new UsageError(`${name} cannot be used with a comparison`);
  }
}
