import { expect, test } from 'vitest';
import { unquoted } from '../../../src/cli/ask/unquoted.js';

test.each([
  ['photos', 'photos'],
  [' photos ', 'photos'],
  ["'my photos'", 'my photos'],
  ['"my photos"', 'my photos'],
  [String.raw`my\ photos\ \[副本\]`, 'my photos [副本]'],
  [String.raw`'it'\''s mine'`, "it's mine"],
  [String.raw`"a \"quote\" and a \\ and \n"`, String.raw`a "quote" and a \ and \n`],
  ["it's", "it's"],
])('%s is taken for %s', (pasted, path) => {
  expect(unquoted(pasted)).toBe(path);
});
