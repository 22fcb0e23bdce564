import { type BytePath, native } from '../common/byte-path.js';
import { stat } from '../common/stat.js';
import type { Places } from './check-places.js';
import type { Filters } from './filters.js';
import type { ListOptions } from './list-entries.js';
import type { CopySettings } from './options.js';
import { readFilters } from './read-filters.js';
import { Selection } from './selection.js';

/** What is to be copied or compared, and how: checked and complete. */
export interface Plan {
  readonly places: Places;
  readonly settings: CopySettings;
  /** Undefined: all that is in the source. */
  readonly selection: Selection | undefined;
  readonly filters: Filters | undefined;
}

/** @throws {RefusedError} where a file that the settings name cannot be read or used */
export async function makePlan(places: Places, settings: CopySettings): Promise<Plan> {
  const selection = settings.from === undefined ? undefined : Selection.read(settings.from);
  return { places, settings, selection, filters: await readFilters(settings) };
}

/**
 * What the listing has to know of it.
 * @param root of the destination, or of `.partial`; undefined where neither stands
 */
export function listOptionsOf(
  { settings, selection, filters }: Plan,
  root: BytePath | undefined,
): ListOptions {
  const { dereference, oneFileSystem } = settings;
  const destination = root === undefined ? undefined : stat(native(root));
  return { dereference, oneFileSystem, destination, selection, filters };
}
