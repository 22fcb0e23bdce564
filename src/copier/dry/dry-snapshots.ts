import { type BytePath, native } from '../../files/byte-path.js';
import { type Facts, sameDevice } from '../../files/facts.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import { stat } from '../../files/system/stat.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import { SnapshotFolders } from '../../files/trees/snapshot-folders.js';
import { compareAttributes } from '../../rules/attributes/kept-attributes.js';
import { type HeldTimes, heldTimes } from '../../rules/held-times.js';
import { isSameInSnapshot } from '../../rules/same-in-snapshot.js';
import { nearestStanding } from '../request/paths.js';
import type { Request } from '../request/request.js';

/** Tells for a dry run which files would become links to a snapshot. */
export class DrySnapshots {
  readonly #source: FolderHandles;
  readonly #hasAttributes: boolean;
  readonly #snapshots: readonly Snapshot[];

  /** @param root of the destination; it need not stand */
  constructor(source: FolderHandles, { snapshots, settings }: Request, root: BytePath) {
    this.#source = source;
    this.#hasAttributes = settings.attributes;
    // Links do not reach beyond a file system.
    const isReached = (snapshot: BytePath) =>
      sameDevice(stat(native(snapshot)), stat(native(nearestStanding(root))));
    this.#snapshots = snapshots.filter(isReached).map(snapshot => ({
      folders: new SnapshotFolders(snapshot),
      heldTimes: heldTimes(snapshot),
    }));
  }

  /** Whether one of them has the same file. */
  has(entry: Entry): boolean {
    return this.#snapshots.some(snapshot => {
      try {
        return this.#isIn(snapshot, entry);
      } catch {
        // What cannot be looked at would be copied.
        return false;
      }
    });
  }

  #isIn({ folders, heldTimes }: Snapshot, { folder, name, facts }: Entry): boolean {
    const place = folders.place(folder);
    const there = place && entryCalls().factsIn(place, name);
    if (place === undefined || there === undefined) return false;
    if (!isSameInSnapshot(facts, there, heldTimes)) return false;
    const calls = this.#hasAttributes ? platformCalls() : undefined;
    const from = this.#source.at(folder) + name;
    return calls === undefined || compareAttributes(calls, from, place.prefix + name).length === 0;
  }

  close(): void {
    for (const { folders } of this.#snapshots) folders.close();
  }
}

interface Snapshot {
  readonly folders: SnapshotFolders;
  readonly heldTimes: HeldTimes;
}

interface Entry {
  readonly folder: BytePath;
  readonly name: BytePath;
  readonly facts: Facts;
}
