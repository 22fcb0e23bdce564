import { EntryError } from '../failure.js';

/** Why a folder of a tree is not reached: the way to it would lead through a link. */
export function linkInTheWay(): EntryError {
  return new EntryError('LINK_IN_THE_WAY', 'a symbolic link is where a folder belongs');
}
