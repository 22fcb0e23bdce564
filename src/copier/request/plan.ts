import { type BytePath, native } from '../../files/byte-path.js';
import { stat } from '../../files/system/stat.js';
import type { Filters } from '../listing/filters.js';
import type { ListOptions } from '../listing/list-entries.js';
import { Selection } from '../listing/selection.js';
import { readFilters } from '../read-filters.js';
import type { CopySettings } from './options.js';
import type { Places } from './places.js';

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
