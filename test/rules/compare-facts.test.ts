import { expect, test } from 'vitest';
import { Facts } from '../../src/files/facts.js';
import { compareFacts } from '../../src/rules/compare-facts.js';

test('times are the same that the destination cannot tell apart', () => {
  const at = (seconds: number, nanoseconds: number) =>
    new Facts(0, 1, 0, 1, 0o100644, 1, 0, 0, 0, 0, 0, 0, seconds, nanoseconds, 0, 0);
  const rounded = [at(1_234_567_890, 0), at(1_234_567_891, 999_999_999)] as const;
  expect(compareFacts(rounded[1], rounded[0], 2_000_000_000)).toEqual([]);
  expect(compareFacts(at(1_234_567_892, 0), rounded[0], 2_000_000_000)).toMatchObject([{ kind: 'time' }]);
  expect(compareFacts(at(1, 999), at(1, 900), 100)).toEqual([]);
  expect(compareFacts(at(1, 999), at(1, 899), 100)).toMatchObject([{ kind: 'time' }]);
});
