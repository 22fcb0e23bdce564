import stringWidth from 'string-width';

/** A name that is too wide loses its middle: folder and ending tell more. */
export function cutMiddle(name: string, room: number, ellipsis: string): string {
  const isAscii = ASCII.test(name);
  if (isAscii ? name.length <= room : stringWidth(name) <= room) return name;
  const left = room - ellipsis.length;
  if (left < 1) return '';
  const half = Math.floor(left / 2);
  if (isAscii) return name.slice(0, left - half) + ellipsis + name.slice(name.length - half);
  // Telling characters apart takes long: what cannot be reached is left out.
  const reach = room * UNITS_A_COLUMN;
  const back = take(charactersOf(name.slice(-reach)).toReversed(), half)
    .toReversed()
    .join('');
  const front = take(charactersOf(name.slice(0, reach)), left - stringWidth(back)).join('');
  return `${front}${ellipsis}${back}`;
}

const ASCII = /^[ -~]*$/;
/** More than any usual character takes: emoji of families have eleven, for two columns. */
const UNITS_A_COLUMN = 8;

const segmenter = new Intl.Segmenter();

function charactersOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function take(characters: readonly string[], room: number): string[] {
  let used = 0;
  const end = characters.findIndex(character => {
    used += stringWidth(character);
    return used > room;
  });
  return characters.slice(0, end === -1 ? undefined : end);
}
