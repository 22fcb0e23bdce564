import { type BytePath, toText } from '../files/byte-path.js';

/**
 * The same text for all names that some file system may take for one: it ignores case, compatible forms of a character,
 * and what Windows drops at a name's end. Wider than any of them: the file system itself has the last word.
 */
export function foldedName(name: BytePath): string {
  const folded = toText(name).normalize('NFKC').toUpperCase().toLowerCase();
  return folded.replace(/(?<=.)[. ]+$/s, '');
}
