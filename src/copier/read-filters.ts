import type { Filters } from './listing/filters.js';
import type { CopySettings } from './request/options.js';

/**
 * The filters of a run; what reads patterns is loaded only where there are any.
 * @throws {RefusedError} where the ignore file cannot be read or used
 */
export async function readFilters(settings: CopySettings): Promise<Filters | undefined> {
  const { include, exclude, ignoreFile } = settings;
  if (include.length + exclude.length === 0 && ignoreFile === undefined) return undefined;
  const { Filters } = await import('./listing/filters.js');
  return Filters.read(settings);
}
