import { type Facts, kindOf, permissionsOf } from '../files/facts.js';
import type { Difference, Owner, Time } from '../protocol/differences.js';
import { type HeldTimes, isSameTime } from './held-times.js';
import { keptPermissions } from './kept-permissions.js';
import { IS_ROOT } from './this-user.js';

/**
 * In what an entry of the destination differs from the source's, as far as their facts tell. Of another kind
 * nothing more is said.
 * @param held what the destination can hold of a time
 */
export function compareFacts(source: Facts, destination: Facts, held: HeldTimes): Difference[] {
  const [kind, other] = [kindOf(source), kindOf(destination)];
  if (kind !== other) return [{ kind: 'kind', source: kind, destination: other }];
  const found: Difference[] = [];
  if (kind === 'file' && source.size !== destination.size) {
    found.push({ kind: 'size', source: source.size, destination: destination.size });
  }
  if (!isSameTime(source, destination, held)) {
    found.push({ kind: 'time', source: timeOf(source), destination: timeOf(destination) });
  }
  // A link has no mode of its own.
  if (kind !== 'link' && !isSameMode(source, destination)) {
    found.push({ kind: 'mode', source: permissionsOf(source), destination: permissionsOf(destination) });
  }
  if (IS_ROOT && !isSameOwner(source, destination)) {
    found.push({ kind: 'owner', source: ownerOf(source), destination: ownerOf(destination) });
  }
  return found;
}

/** Who cannot give a file its owner cannot give it the bits either that speak for that owner. */
function isSameMode(source: Facts, destination: Facts): boolean {
  const mode = permissionsOf(destination);
  if (permissionsOf(source) === mode) return true;
  const owner = { user: source.uid === destination.uid, group: source.gid === destination.gid };
  return !IS_ROOT && keptPermissions(source, owner) === mode;
}

function isSameOwner(source: Owner, destination: Owner): boolean {
  return source.uid === destination.uid && source.gid === destination.gid;
}

function timeOf({ mtime, mtimeNs }: Facts): Time {
  return { seconds: mtime, nanoseconds: mtimeNs };
}

function ownerOf({ uid, gid }: Facts): Owner {
  return { uid, gid };
}
