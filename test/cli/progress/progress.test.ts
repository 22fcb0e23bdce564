import { expect, test } from 'vitest';
import { Progress } from '../../../src/cli/progress/progress.js';
import { Tally } from '../../../src/copier/tally.js';

test('the percentage never goes back while the listing finds more, and is 100 only at the end', () => {
  const tally = new Tally();
  const progress = new Progress(tally);
  const seen = [progress.now().percent];
  const step = (found: number, finished: number) => {
    tally.found.files += found;
    tally.found.bytes += found * 1000;
    tally.finished.files += finished;
    tally.bytes += finished * 1000;
    seen.push(progress.now().percent);
  };
  step(10, 5);
  step(10_000, 1);
  step(0, 4000);
  step(50_000, 0);
  step(0, 56_004);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(1)).toBe(50);
  expect(seen.at(-1)).toBe(99.99);
  progress.end(true);
  expect(progress.now().percent).toBe(100);
});

test('a run with failures does not end at 100', () => {
  const tally = new Tally();
  const progress = new Progress(tally);
  tally.found.files = 2;
  tally.finished.files = 1;
  tally.failed = 1;
  expect(progress.now().percent).toBe(99.99);
  progress.end(false);
  expect(progress.now().percent).toBe(99.99);
});

test('says nothing of the time left before the listing has ended', () => {
  const tally = new Tally();
  const progress = new Progress(tally);
  tally.found.files = 4;
  tally.finished.files = 1;
  expect(progress.now().secondsLeft).toBeUndefined();
  tally.isListed = true;
  expect(progress.now().secondsLeft).toBeGreaterThan(0);
});
