import { basename, join, relative } from 'node:path';
import { type BytePath, bytePath, rawName, readable } from '../common/byte-path.js';
import { absolute, nearestStanding, type Places, parentOf } from './check-places.js';
import { RefusedError, UsageError } from './errors.js';
import type { Filters } from './filters.js';
import type { CopySettings } from './options.js';

/**
 * Refuses files for `checksums` and `failed` that the run itself would take away, or could not tell apart.
 * @throws {RefusedError}
 */
export function checkSideFiles(places: Places, settings: CopySettings, filters: Filters | undefined): void {
  const { checksums, failed } = settings;
  const [manifest, list] = [placeOf(checksums), placeOf(failed)];
  if (manifest !== undefined && manifest === list)
    throw new UsageError(`checksums and failed name one file, ${readable(manifest)}; each needs its own`);
  for (const [option, place] of [
    ['checksums', manifest],
    ['failed', list],
  ] as const) {
    if (place === undefined) continue;
    const fault = faultOf(place, places, settings.delete, filters);
    if (fault !== undefined) throw new RefusedError(`${option} ${readable(place)}: ${fault} (EINVAL)`);
  }
}

function faultOf(
  place: BytePath,
  { destinationRoot, partialRoot, exists }: Places,
  deletes: boolean,
  filters: Filters | undefined,
): string | undefined {
  if (place === destinationRoot || place === partialRoot)
    return 'stands where the copy is to be made; name another file';
  if (!exists || !deletes || !place.startsWith(`${destinationRoot}/`)) return undefined;
  if (filters?.isExcluded(rawName(relative(destinationRoot, place)), false)) return undefined;
  return 'lies in the destination, where --delete would remove it; name a file elsewhere, or exclude it';
}

/** Absolute, the links on the way to it resolved. */
function placeOf(path: string | Buffer | undefined): BytePath | undefined {
  if (path === undefined || path.length === 0) return undefined;
  const place = absolute(bytePath(path));
  return rawName(join(nearestStanding(parentOf(place)), basename(place)));
}
