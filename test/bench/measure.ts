import { dirname, join, relative } from 'node:path';
import { type Differences, differences, rsyncOpinion } from './compare.js';
import { oursIn, type Peer, type PeerName, peerNamed, us } from './peers.js';
import { type Place, place } from './place.js';
import { timed } from './timed.js';
import type { Workload } from './workloads.js';

export interface Measured {
  workload: Workload;
  /** seconds, one for each round that the peer took part in, from the first on */
  seconds: Map<PeerName, number[]>;
  /** calls that the storage saw, where it counts them, one figure for each round */
  calls: Map<PeerName, number[]>;
  /** what its copies had of each kind, most of all rounds */
  differences: Map<PeerName, Differences>;
}

/**
 * All peers in turn within each round, each round beginning with another one, each run into a fresh destination.
 * `undefined`: the workload's file system cannot be made here.
 */
export async function measure(
  workload: Workload,
  names: PeerName[],
  rounds: number,
): Promise<Measured | undefined> {
  const where = place(workload.on);
  if (!where) return undefined;
  const measured: Measured = { workload, seconds: new Map(), calls: new Map(), differences: new Map() };
  for (const name of names) {
    measured.seconds.set(name, []);
    measured.calls.set(name, []);
  }
  const { update, check, snapshot } = workload;
  const ours = oursIn(names);
  try {
    const quick = (path: string) => where.quick?.(path) ?? path;
    const folder = where.fresh();
    const source = join(folder, relative(quick(folder), workload.make(quick(folder))));
    const earlier = snapshot && (await finishedCopies(where, source, names));
    snapshot?.(quick(source));
    const copies = update || check ? await finishedCopies(where, source, names) : undefined;
    // What the first of all copies finds is not counted: a source still on the disk, memory that the machine has yet to
    // hand out.
    if (!copies && !earlier && !where.quick) await copyOnce(us, source, where);
    for (let round = 0; round < Math.min(rounds, workload.mostRounds ?? rounds); round++) {
      for (const name of rotated(names, round)) {
        if (round > 0 && workload.once?.includes(name)) continue;
        const destination = copies?.get(name) ?? join(where.fresh(), 'copy');
        where.begin?.();
        const command = commandOf(name, workload, earlier?.get(name));
        measured.seconds.get(name)?.push(await timed(command(source, destination)));
        if (where.calls) measured.calls.get(name)?.push(where.calls());
        const [original, copy] = [quick(source), quick(destination)];
        const looked = [
          ...(peerNamed(name).copiesNothing ? [] : [differences(original, copy)]),
          ...(round === 0 && name === ours ? [rsyncOpinion(original, copy)] : []),
        ];
        for (const found of looked) {
          // The earlier copy has the other names.
          if (earlier) found.delete('hard links');
          note(measured, name, found);
        }
        if (!copies) where.leave(dirname(destination));
      }
    }
  } finally {
    where.clear();
  }
  return measured;
}

/** @param earlier the copy that a snapshot is linked to */
function commandOf(
  name: PeerName,
  { update, check }: Workload,
  earlier: string | undefined,
): Peer['command'] {
  const peer: Peer = peerNamed(name);
  if (earlier !== undefined) {
    const { snapshot } = peer;
    if (snapshot === undefined) throw new Error(`${name} cannot make snapshots`);
    return (from, to) => snapshot(from, to, earlier);
  }
  if (check && peer.check === undefined) throw new Error(`${name} cannot check a copy`);
  return (check && peer.check) || (update && peer.update) || peer.command;
}

async function finishedCopies(
  where: Place,
  source: string,
  names: PeerName[],
): Promise<Map<PeerName, string>> {
  const copies = new Map<PeerName, string>();
  const quick = (path: string) => where.quick?.(path) ?? path;
  // rsync lets folders be whose times are those of the source up to the second.
  where.begin?.();
  for (const name of names) {
    const destination = join(where.fresh(), 'copy');
    await timed(peerNamed(name).command(quick(source), quick(destination)));
    copies.set(name, destination);
  }
  return copies;
}

async function copyOnce(name: PeerName, source: string, where: Place): Promise<void> {
  const folder = where.fresh();
  await timed(peerNamed(name).command(source, join(folder, 'copy')));
  where.leave(folder);
}

function note(measured: Measured, name: PeerName, found: Differences): void {
  const most = measured.differences.get(name) ?? new Map();
  for (const [kind, count] of found) most.set(kind, Math.max(count, most.get(kind) ?? 0));
  measured.differences.set(name, most);
}

function rotated<T>(list: T[], by: number): T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
