import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { TerminalLook } from '../../../src/cli/output/terminal-look.js';
import { BarLine } from '../../../src/cli/progress/drawing/bar-line.js';
import type { ProgressNow } from '../../../src/cli/progress/figures/progress.js';
import { awkwardNames, begun, huge, under } from './progress-moments.js';

const coloured: TerminalLook = { hasBlocks: true, hasColours: true };
const blocks: TerminalLook = { hasBlocks: true, hasColours: false };
const ascii: TerminalLook = { hasBlocks: false, hasColours: false };

function lineOf(now: ProgressNow, text: string, columns: number, look = blocks, percent?: number): string {
  return new BarLine(look).draw(now, { text, percent }, columns);
}

for (const [title, name] of awkwardNames) {
  test(`fills all columns but the last at every width: ${title}`, () => {
    const line = new BarLine(coloured);
    for (let columns = 20; columns <= 200; columns += 3) {
      for (const now of [begun, under, huge]) {
        const width = stringWidth(line.draw(now, { text: name, percent: 37 }, columns));
        expect(width).toBeLessThan(columns);
        if (columns > 40) expect(width).toBe(columns - 1);
      }
    }
  });
}

const shown: [title: string, columns: number, line: string][] = [
  [
    'all in 120 columns',
    120,
    ' 62.50% ███████████████░░░░░░░░░  2024/IMG_0001.jpg                     1234/5678 files  3.5 GiB  812 MiB/s   3:05 left',
  ],
  [
    'a short drawing in 80 columns',
    80,
    ' 62.50% █████░░░  2024/I…1.jpg  1234/5678 files  3.5 GiB  812 MiB/s   3:05 left',
  ],
  [
    'no drawing in 75 columns',
    75,
    ' 62.50%  2024/IMG…001.jpg  1234/5678 files  3.5 GiB  812 MiB/s   3:05 left',
  ],
  ['no name in 65 columns', 65, ' 62.50%          1234/5678 files  3.5 GiB  812 MiB/s   3:05 left'],
  ['no rate in 50 columns', 50, ' 62.50%      1234/5678 files  3.5 GiB   3:05 left'],
  ['files and time left in 40 columns', 40, ' 62.50%     1234/5678 files   3:05 left'],
  ['percent and time left in 20 columns', 20, ' 62.50%   3:05 left'],
  ['the percentage alone in 18 columns', 18, ' 62.50%          '],
];

for (const [title, columns, line] of shown) {
  test(`shows ${title}`, () => {
    expect(lineOf(under, '2024/IMG_0001.jpg', columns)).toBe(line);
  });
}

test('where less than a block is filled, eighths of it are', () => {
  const cells = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(eighths => {
    const now = { ...under, percent: (eighths * 100) / 8 / 8 };
    return lineOf(now, '', 80).slice(8, 16);
  });
  expect(cells).toEqual(
    ['░', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'].map((cell, index) =>
      index === 0 ? '░░░░░░░░' : `${cell}░░░░░░░`,
    ),
  );
  expect(lineOf({ ...under, percent: 99.99 }, '', 80)).toContain('███████▉');
  expect(lineOf({ ...under, percent: 100 }, '', 80)).toContain('████████');
});

test('colours are green, red once something has failed, and only where there are any', () => {
  const name = 'a.jpg';
  expect(lineOf(under, name, 80, coloured)).toContain(' \x1b[32m\x1b[100m█████   \x1b[0m  a.jpg');
  expect(lineOf({ ...under, failures: 1 }, name, 80, coloured)).toContain('\x1b[31m');
  for (const look of [blocks, ascii])
    expect(lineOf({ ...under, failures: 1 }, name, 80, look)).not.toContain('\x1b');
});

test('without UTF-8 all is ASCII', () => {
  const line = lineOf(under, 'a-long-name-of-a-file.jpg', 80, ascii);
  expect(line).toBe(' 62.50% #####---  a-lon....jpg  1234/5678 files  3.5 GiB  812 MiB/s   3:05 left');
});

test('how far a large file is stands behind its name', () => {
  expect(lineOf(under, 'holiday.mov', 100, blocks, 37)).toContain('  holiday.mov 37%  ');
  expect(lineOf(under, 'video/holiday-by-the-sea.mov', 80, blocks, 37)).toContain('…');
  expect(lineOf(under, 'video/holiday-by-the-sea.mov', 80, blocks, 37)).toContain(' 37%  1234/5678');
});

test('where no content is read, files a second stand for bytes', () => {
  const line = lineOf({ ...under, readsContent: false, bytes: 0, rate: 0 }, 'a.jpg', 80);
  expect(line).toMatch(/a\.jpg +1234\/5678 files {2}97 files\/s {3}3:05 left$/);
});

test('what stands beside a fact that gets shorter does not move', () => {
  const line = new BarLine(blocks);
  const name = { text: 'a.jpg', percent: undefined };
  const long = line.draw({ ...under, secondsLeft: 3600 }, name, 100);
  const short = line.draw({ ...under, secondsLeft: 9, rate: 1024 }, name, 100);
  expect(short.indexOf('3.5 GiB')).toBe(long.indexOf('3.5 GiB'));
  expect(short).toMatch(/ {2,}1\.0 KiB\/s {2,}9 s left$/);
});
