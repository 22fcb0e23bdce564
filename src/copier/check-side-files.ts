import { basename, join, relative } from 'node:path';
import { type BytePath, bytePath, rawName, readable } from '../common/byte-path.js';
import { absolute, nearestStanding, parentOf } from './check-places.js';
import { RefusedError, UsageError } from './errors.js';
import type { Plan } from './plan.js';

/**
 * Refuses files for `checksums` and `failed` that the run itself would take away, or could not tell apart.
 * @throws {RefusedError}
 */
export function checkSideFiles(plan: Plan): void {
  const { checksums, failed } = plan.settings;
  const [manifest, list] = [placeOf(checksums), placeOf(failed)];
  if (manifest !== undefined && manifest === list)
    throw new UsageError(`checksums and failed name one file, ${readable(manifest)}; each needs its own`);
  for (const [option, place] of [
    ['checksums', manifest],
    ['failed', list],
  ] as const) {
    if (place === undefined) continue;
    const fault = faultOf(place, plan);
    if (fault !== undefined) throw new RefusedError(`${option} ${readable(place)}: ${fault} (EINVAL)`);
  }
}

function faultOf(place: BytePath, { places, settings, filters }: Plan): string | undefined {
  const { destinationRoot, partialRoot, exists } = places;
  if (place === destinationRoot || place === partialRoot)
    return 'stands where the copy is to be made; name another file';
  if (!exists || !settings.delete || !place.startsWith(`${destinationRoot}/`)) return undefined;
  if (filters?.isExcluded(rawName(relative(destinationRoot, place)), false)) return undefined;
  return 'lies in the destination, where --delete would remove it; name a file elsewhere, or exclude it';
}

/** Absolute, the links on the way to it resolved. */
function placeOf(path: string | Buffer | undefined): BytePath | undefined {
  if (path === undefined || path.length === 0) return undefined;
  const place = absolute(bytePath(path));
  return rawName(join(nearestStanding(parentOf(place)), basename(place)));
}
