import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { barLine } from '../../../src/cli/progress/bar-line.js';
import type { ProgressNow } from '../../../src/cli/progress/progress.js';

const begun: ProgressNow = {
  percent: 0,
  filesDone: 0,
  filesFound: 0,
  bytes: 0,
  rate: 0,
  secondsLeft: undefined,
};
const under: ProgressNow = {
  percent: 62.5,
  filesDone: 1234,
  filesFound: 5678,
  bytes: 3.5 * 1024 ** 3,
  rate: 812 * 1024 ** 2,
  secondsLeft: 185,
};
const huge: ProgressNow = {
  percent: 99.99,
  filesDone: 123_456_789,
  filesFound: 987_654_321,
  bytes: 1.5 * 1024 ** 5,
  rate: 1023.9 * 1024 ** 3,
  secondsLeft: 400_000,
};
const names: [title: string, name: string][] = [
  ['no name', ''],
  ['a short name', 'a.jpg'],
  ['a long path', `${'folder/'.repeat(60)}last.jpg`],
  ['Chinese', '相册/二〇二四年夏天/'.repeat(20)],
  ['emoji of one and of several code points', '👩‍👩‍👧🇩🇪👍🏽🎉/'.repeat(40)],
  ['combining marks', 'é̈ñ'.repeat(200)],
];

for (const [title, name] of names) {
  test(`leaves the last column free at every width: ${title}`, () => {
    for (const now of [begun, under, huge]) {
      for (let columns = 2; columns <= 200; columns += 1) {
        expect(stringWidth(barLine(now, name, columns))).toBeLessThan(columns);
      }
    }
  });
}

const shown: [title: string, columns: number, name: string, line: string][] = [
  ['all', 80, 'a.jpg', ' 62.50%  a.jpg             1234/5678 files  3.5 GiB  812.0 MiB/s  3:05 min left'],
  ['what there is room for', 50, 'a.jpg', ' 62.50%  a.jpg           1234/5678 files  3.5 GiB'],
  ['both ends of a wide name', 40, '相册/二〇二四年夏天/照片.jpg', ' 62.50%  相册/…片.jpg   1234/5678 files'],
];

for (const [title, columns, name, line] of shown) {
  test(`shows ${title} in ${columns} columns`, () => {
    expect(barLine(under, name, columns)).toBe(line);
  });
}

test('a narrow terminal shows the percentage at least', () => {
  for (const columns of [8, 12, 20]) expect(barLine(under, 'a.jpg', columns)).toMatch(/^ 62\.50%/);
});
