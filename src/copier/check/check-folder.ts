import { type CopyOptions, normalizeOptions } from '../request/options.js';
import { checkStandingPlaces } from '../request/places.js';
import { makePlan } from '../request/plan.js';
import type { CheckListener, CheckReport } from './check-report.js';
import { CheckRun } from './check-run.js';

/** Those of a copy's options that a comparison obeys. */
export type CheckOptions = Pick<
  CopyOptions,
  | 'workers'
  | 'chunkSize'
  | 'suffix'
  | 'include'
  | 'exclude'
  | 'ignoreFile'
  | 'oneFileSystem'
  | 'dereference'
  | 'verify'
  | 'retries'
  | 'from'
  | 'bwlimit'
  | 'signal'
>;

/**
 * Compares a folder with what should be its copy, and writes nothing at all.
 * @param destination left out: `source` with `options.suffix` behind its name
 * @returns the report, once the last worker process has ended
 * @throws {RefusedError} where there is nothing to compare: a source or destination that does not stand
 */
export async function checkFolder(
  source: string | Buffer,
  destination: string | Buffer | undefined,
  options: CheckOptions,
  listener: CheckListener,
): Promise<CheckReport> {
  const settings = normalizeOptions(options);
  const places = checkStandingPlaces(source, destination, settings.suffix);
  return await new CheckRun(await makePlan(places, settings), listener).run();
}
