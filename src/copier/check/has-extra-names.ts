import { type BytePath, ROOT } from '../../files/byte-path.js';
import { isReserved } from '../../files/reserved-names.js';
import type { ExtrasScope } from '../../folders/extras.js';
import { namesIn } from '../../folders/names-in.js';

/**
 * Whether the destination's folder has a name that the source's has not, as far as their listings tell: that takes two
 * of them, where a look at each name takes a call for each. Names may be another spelling of one in the source.
 * @returns true also where the folders cannot be listed, or are too large to be held against each other
 */
export function hasExtraNames({ source, destination }: ExtrasScope, folder: BytePath): boolean {
  const known = new Set<BytePath>();
  try {
    for (const name of namesIn(source, folder)) {
      if (known.size === MOST_NAMES) return true;
      known.add(name);
    }
    for (const name of namesIn(destination, folder)) {
      if (!known.has(name) && !(folder === ROOT && isReserved(name))) return true;
    }
    return false;
  } catch {
    return true; // Looking at each name tells why.
  }
}

/** They are some MiB. */
const MOST_NAMES = 16_384;
