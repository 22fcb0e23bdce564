import { expect, test } from 'vitest';
import { isLikelyCopy } from '../../../src/cli/arguments/is-likely-copy.js';

const guesses: [line: string, isCopy: boolean][] = [
  ['photos', true],
  ['photos backup', true],
  ['-w 3 --if-exists update photos backup', true],
  ['-- photos --version', true],
  ['--check photos backup', true],
  ['', false],
  ['-q', false],
  ['--help', false],
  ['photos -h', false],
  ['-V', false],
  ['--version photos', false],
  ['-n photos', false],
  ['-vn photos', false],
  ['photos --dry-run', false],
  ['--completion bash', false],
];

for (const [line, isCopy] of guesses) {
  test(`folder-copy ${line} ${isCopy ? 'is likely' : 'is not likely'} to need a worker`, () => {
    expect(isLikelyCopy(line.split(' ').filter(Boolean))).toBe(isCopy);
  });
}
