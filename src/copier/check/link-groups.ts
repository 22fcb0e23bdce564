import type { BytePath } from '../../files/byte-path.js';
import type { Difference, LinkedFile } from '../../protocol/differences.js';

/**
 * Holds the names of files that have several against each other: those of one file in the source have to be
 * one file in the destination, and no others. A file is forgotten once all its names have been met.
 */
export class LinkGroups {
  readonly #ofSource = new Map<string, Group>();
  readonly #ofDestination = new Map<string, Group>();

  /** @returns in what this name is linked otherwise than the names met before */
  meet(path: BytePath, source: LinkedFile, destination: LinkedFile): Difference[] {
    const inSource = firstOf(this.#ofSource, path, source, destination.identity);
    const inDestination = firstOf(this.#ofDestination, path, destination, source.identity);
    if (inSource.other === destination.identity && inDestination.other === source.identity) return [];
    const otherThan = ({ firstName }: Group) => (firstName === path ? undefined : firstName);
    return [{ kind: 'links', source: otherThan(inSource), destination: otherThan(inDestination) }];
  }
}

/** A file of one tree, by the first of its names that was met. */
interface Group {
  readonly firstName: BytePath;
  /** What stands under that name in the other tree. */
  readonly other: string;
  /** Names that have not been met; those outside the tree never will be. */
  unseen: number;
}

function firstOf(groups: Map<string, Group>, path: BytePath, file: LinkedFile, other: string): Group {
  const group = groups.get(file.identity) ?? { firstName: path, other, unseen: file.nlink };
  group.unseen -= 1;
  if (group.unseen > 0) groups.set(file.identity, group);
  else groups.delete(file.identity);
  return group;
}
