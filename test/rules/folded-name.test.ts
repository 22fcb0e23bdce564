import { expect, test } from 'vitest';
import { bytePath } from '../../src/files/byte-path.js';
import { foldedName } from '../../src/rules/folded-name.js';

const pairs: [one: string, other: string, areOne: boolean][] = [
  ['FILE', 'file', true],
  ['Straße', 'STRASSE', true],
  ['ΟΔΟΣ', 'οδος', true],
  ['ﬁle', 'FILE', true],
  ['cafe\u0301', 'CAF\u00c9', true],
  ['I', 'ı', true],
  ['name', 'name. ', true],
  ['a.b', 'ab', false],
  ['a', 'b', false],
  ['a b', 'ab', false],
];

for (const [one, other, areOne] of pairs) {
  test(`${JSON.stringify(one)} and ${JSON.stringify(other)} ${areOne ? 'may be one' : 'are two names'}`, () => {
    expect(foldedName(bytePath(one)) === foldedName(bytePath(other))).toBe(areOne);
  });
}
