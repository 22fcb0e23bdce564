import { join } from 'node:path';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { compareTrees } from '../../helpers/compare-trees.js';
import { heldFiles, holdingLog } from '../../helpers/holding-log.js';
import { makeTree } from '../../helpers/make-tree.js';
import { openScreen } from '../../helpers/tmux.js';
import type { TreeEntry } from '../../helpers/tree-description.js';

/** Characters of two columns. */
const album: TreeEntry[] = Array.from({ length: 80 }, (_, index) => {
  return { kind: 'file', path: `photos/二〇二四年夏天/🎉 假期的照片 ${index + 10}.jpg`, size: 80_000 };
});
const command = 'folder-copy --workers 1 --bwlimit 4m photos copy';
/** More work than a test's time: what is to be seen of it is there until it is stopped. */
const endless = command.replace('4m', '100k');
/** Some of a cell is drawn by then, and something is finished, which the next run skips. */
const under = /^ *([3-9]|[1-9]\d)\.\d\d% .*[1-9]\d*\/\d+ files.* left$/m;
const prompt = /^\$$/m;

/** Figures, the name of the moment and the room between the parts of a bar are not the same in any two runs. */
function normalized(text: string): string[] {
  const lines = text
    .replace(/\d+(\.\d)? [KM]?i?B/g, '#B')
    .replace(/[\d.:]+ (s|min)\b/g, '#s')
    .replace(/[\d:]+(?= left)/g, '#s')
    .replace(/\d+\.\d\d%/g, percent => (percent === '100.00%' ? percent : '##%'))
    .replace(/\b1 file\b/g, '1 files')
    .replace(/\b\d+(\/\d+)? (files|skipped|not reached)/g, '# $2')
    .replace(/(?<=%) █*[▏▎▍▌▋▊▉]? */g, '  ')
    .replace(/(?<=% {2})二.*?jpg/g, 'name')
    .replace(/-> .*\/copy/g, '-> copy')
    .split('\n');
  return lines.map(line => line.trim().replace(/ {2,}/g, '  '));
}

// What a bar shows beside the percentage in how many columns, under way and at the end.
const widths: [columns: number, facts: string, last: string][] = [
  [40, '# files  #s left', '# files  #B'],
  [80, 'name  # files  #B  #B/s  #s left', '二〇二四年夏天  # files  #B  #B/s'],
  [200, 'name  # files  #B  #B/s  #s left', '二〇二四年夏天  # files  #B  #B/s'],
];

for (const [columns, facts, last] of widths) {
  test(`at ${columns} columns: a bar, Ctrl-C, and the same command goes on to one clean last line`, async () => {
    const place = makeTree(album);
    const screen = openScreen({ columns, cwd: place });
    await screen.sees(prompt);
    screen.type(endless, 'Enter');
    const during = await screen.sees(under);
    expect(normalized(during)).toEqual([`$ ${endless}`, `##%  ${facts}`]);
    expect(stringWidth(during.split('\n')[1] ?? '')).toBe(columns - 1);
    if (columns > 40)
      expect(during).toMatch(columns === 200 ? /二〇二四年夏天\/🎉 假期的照片 \d\d\.jpg/ : /二.*….*jpg/);
    expect(/[█▏▎▍▌▋▊▉]/.test(during)).toBe(columns > 40);

    screen.press('C-c');
    const stopped = [
      `$ ${endless}`,
      'folder-copy: SIGINT: stopping',
      `##%  ${facts}`,
      'folder-copy: copy: stopped; run the same command again to resume (SIGINT)',
      '# files, 0 folders, #B in #s (#B/s), # not reached -> copy.partial',
      // A shell ends the line of a command that a signal has ended.
      '',
    ];
    expect(normalized(await screen.sees(prompt))).toEqual([...stopped, '$']);

    screen.type(`${command}; echo`, 'Enter');
    const finished = await screen.sees(/skipped -> [^$]*\n\n\$$/);
    expect(normalized(finished)).toEqual([
      ...stopped,
      `$ ${command}; echo`,
      `100.00%  ${last}`,
      '# files, 1 folder, #B in #s (#B/s), # skipped -> copy',
      '',
      '$',
    ]);
    expect(finished).toContain(' 80/80 files');
    expect(compareTrees(join(place, 'photos'), join(place, 'copy'), { times: 'us' })).toEqual([]);
  });
}

test('a terminal that is made narrower and wider while it runs keeps one clean line', async () => {
  const place = makeTree([...album, ...heldFiles('photos')]);
  const { letGo } = holdingLog(place);
  const screen = openScreen({ columns: 100, cwd: place });
  await screen.sees(prompt);
  // At the bottom of the screen, as a terminal in use is: tmux loses track of a cursor near its top.
  screen.type(`seq 40; folder-copy --bwlimit 1m --log log photos copy`, 'Enter');
  const shown = (): string => screen.text().split('\n40\n').at(-1) ?? '';
  for (const columns of [100, 40, 61, 30, 200]) {
    screen.resize(columns);
    for (let width = 0; width !== columns - 1; width = stringWidth(shown())) await screen.sees(/ left$/m);
    expect(normalized(shown())).toEqual([
      expect.stringMatching(/^##% {2}((name|\S*) {2})?(# files {2})?(#B.* {2})?#s left$/),
    ]);
  }
  letGo();
  await screen.sees(/\n\$$/);
  expect(normalized(shown())).toEqual([
    expect.stringMatching(/^100\.00% .* # files {2}#B {2}#B\/s$/),
    expect.stringMatching(/^# files, 1 folder, .* -> copy$/),
    '$',
  ]);
});
