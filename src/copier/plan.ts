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

/** What the listing has to know of it. */
export function listOptionsOf({ settings, selection, filters }: Plan): ListOptions {
  const { dereference, oneFileSystem } = settings;
  return { dereference, oneFileSystem, selection, filters };
}
