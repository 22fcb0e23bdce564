import type { BytePath } from '../../files/byte-path.js';
import type { DestinationTraits } from '../metadata/destination-traits.js';

/** What the last folders of the destination hand down to new entries: files of several are under way at a time. */
export class LastTraits {
  readonly #read: (folder: BytePath) => DestinationTraits;
  readonly #known = new Map<BytePath, DestinationTraits>();
  #latest: DestinationTraits | undefined;
  #latestOf: BytePath | undefined;

  constructor(read: (folder: BytePath) => DestinationTraits) {
    this.#read = read;
  }

  of(folder: BytePath): DestinationTraits {
    if (this.#latest === undefined || folder !== this.#latestOf) {
      this.#latest = this.#known.get(folder) ?? this.#learn(folder);
      this.#latestOf = folder;
    }
    return this.#latest;
  }

  #learn(folder: BytePath): DestinationTraits {
    const traits = this.#read(folder);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(folder, traits);
    return traits;
  }
}

const MOST_KNOWN = 8;
