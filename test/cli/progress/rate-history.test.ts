import { expect, test } from 'vitest';
import { RateHistory } from '../../../src/cli/progress/figures/rate-history.js';

test('each second has what it has brought', () => {
  const history = new RateHistory();
  expect(history.latest(60)).toEqual([]);
  expect(history.peak).toBe(0);
  for (const [amount, seconds] of [
    [50, 0.5],
    [100, 1],
    [150, 1.5],
    [400, 2],
    [400, 3],
  ] as const)
    history.note(amount, seconds);
  expect(history.latest(60)).toEqual([100, 300, 0]);
  expect(history.latest(2)).toEqual([300, 0]);
  expect(history.peak).toBe(300);
});

test('seconds that nobody has looked at share what they have brought', () => {
  const history = new RateHistory();
  history.note(100, 1);
  history.note(500, 5);
  expect(history.latest(60)).toEqual([100, 100, 100, 100, 100]);
});

test('it goes back a minute, and what is taken back is no rate', () => {
  const history = new RateHistory();
  history.note(9000, 1);
  for (let second = 2; second <= 90; second += 1) history.note(9000 + second, second);
  expect(history.latest(100)).toHaveLength(60);
  expect(history.peak).toBe(1);
  history.note(0, 91);
  expect(history.latest(2)).toEqual([1, 0]);
});
