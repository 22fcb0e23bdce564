import stringWidth from 'string-width';
import type { ProgressNow } from './progress.js';
import { percentOf, progressFacts } from './progress-facts.js';

/**
 * The bar as one line that fits: percent, the name just finished, files, and as much else as there is room for.
 * @param columns of the terminal; the last one stays free, as writing in it makes some terminals wrap
 */
export function barLine(now: ProgressNow, name: string, columns: number): string {
  const room = Math.max(columns - 1, 1);
  const percent = percentOf(now);
  const facts = progressFacts(now);
  while (facts.length > 1 && percent.length + NAME_AT_LEAST + widthOf(facts) > room) facts.pop();
  const nameRoom = room - percent.length - widthOf(facts) - GAP.length;
  const shown = cutMiddle(name, Math.max(nameRoom, 0));
  const line = [percent, shown + ' '.repeat(Math.max(nameRoom - stringWidth(shown), 0)), ...facts].join(GAP);
  return stringWidth(line) <= room ? line : line.slice(0, room);
}

const GAP = '  ';
const NAME_AT_LEAST = 16;

function widthOf(facts: readonly string[]): number {
  return facts.reduce((sum, fact) => sum + GAP.length + fact.length, 0);
}

/** A name that is too wide loses its middle: folder and ending tell more. */
function cutMiddle(name: string, room: number): string {
  if (stringWidth(name) <= room) return name;
  if (room < 2) return '';
  const characters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  const back = take(characters.toReversed(), Math.floor((room - 1) / 2))
    .toReversed()
    .join('');
  const front = take(characters, room - 1 - stringWidth(back)).join('');
  return `${front}…${back}`;
}

function take(characters: readonly string[], room: number): string[] {
  let used = 0;
  const end = characters.findIndex(character => {
    used += stringWidth(character);
    return used > room;
  });
  return characters.slice(0, end === -1 ? undefined : end);
}
