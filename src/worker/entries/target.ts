import type { BytePath } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import type { Steps } from '../content/steps.js';
import type { Finished, Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import type { DestinationTraits } from '../metadata/destination-traits.js';

/** Creates the new entry at its target, exclusively: it fails where anything exists. */
export type Make = (context: WorkerContext, job: Job, target: Target) => Steps<Finished>;

/** Where an entry is created: under its own name or a temporary one. */
export class Target {
  readonly #folders: FolderHandles;
  readonly #folder: BytePath;

  constructor(
    folders: FolderHandles,
    folder: BytePath,
    readonly name: string,
    readonly traits: DestinationTraits,
  ) {
    this.#folders = folders;
    this.#folder = folder;
  }

  /** Good until the next wait: others may be opened meanwhile, and this one closed for them. */
  get place(): FolderPlace {
    return this.#folders.place(this.#folder);
  }

  /** For any `fs` call; good as long as `place`. */
  get path(): string {
    return this.place.prefix + this.name;
  }

  /** What is there now; undefined: nothing. */
  look(): Facts | undefined {
    return entryCalls().factsIn(this.place, this.name);
  }

  /** The same place under another name. */
  named(name: string): Target {
    return new Target(this.#folders, this.#folder, name, this.traits);
  }
}
