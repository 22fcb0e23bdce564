import stringWidth from 'string-width';

/** A name that is too wide loses its middle: folder and ending tell more. */
export function cutMiddle(name: string, room: number, ellipsis: string): string {
  if (stringWidth(name) <= room) return name;
  const left = room - ellipsis.length;
  if (left < 1) return '';
  const characters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  const back = take(characters.toReversed(), Math.floor(left / 2))
    .toReversed()
    .join('');
  const front = take(characters, left - stringWidth(back)).join('');
  return `${front}${ellipsis}${back}`;
}

function take(characters: readonly string[], room: number): string[] {
  let used = 0;
  const end = characters.findIndex(character => {
    used += stringWidth(character);
    return used > room;
  });
  return characters.slice(0, end === -1 ? undefined : end);
}
