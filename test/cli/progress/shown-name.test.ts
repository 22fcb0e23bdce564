import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { filesUnderWay, NameChoice } from '../../../src/cli/progress/drawing/shown-name.js';
import { Tally } from '../../../src/copier/report/tally.js';
import type { UnderWay } from '../../../src/copier/report/under-way.js';
import { bytePath } from '../../../src/files/byte-path.js';

const MIB = 1024 ** 2;

beforeEach(() => void vi.useFakeTimers({ now: 0, toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function at(path: string, more: Partial<UnderWay> = {}): UnderWay {
  const begun = { worker: 1, size: 1000, start: 0, bytes: 0, isInRanges: false, sinceMs: performance.now() };
  return { ...begun, path: bytePath(path), ...more };
}

test('the first file is named from the beginning, then the one finished last', () => {
  const tally = new Tally();
  const names = new NameChoice(tally);
  expect(names.now(false).text).toBe('');
  tally.underWay = () => [at('first.jpg', { worker: undefined }), at('second.jpg')];
  expect(names.now(false)).toEqual({ text: 'first.jpg', percent: undefined });
  tally.latest = bytePath('zero.jpg');
  expect(names.now(false)).toEqual({ text: 'zero.jpg', percent: undefined });
});

test('a file that takes long is named, with how far it is if it is large, until it is done', () => {
  const tally = new Tally();
  const names = new NameChoice(tally);
  tally.latest = bytePath('zero.jpg');
  const large = at('large.mov', { size: 20 * MIB });
  tally.underWay = () => [large, at('quick.jpg')];
  vi.advanceTimersByTime(900);
  expect(names.now(false).text).toBe('zero.jpg');
  vi.advanceTimersByTime(200);
  expect(names.now(false)).toEqual({ text: 'large.mov', percent: 0 });
  tally.underWay = () => [{ ...large, bytes: 5 * MIB, sinceMs: performance.now() }];
  expect(names.now(false)).toEqual({ text: 'large.mov', percent: 25 });
  tally.underWay = () => [];
  expect(names.now(false)).toEqual({ text: 'large.mov', percent: 25 });
  vi.advanceTimersByTime(600);
  expect(names.now(false).text).toBe('zero.jpg');
});

test('nothing is under way at the end', () => {
  const tally = new Tally();
  const names = new NameChoice(tally);
  tally.underWay = () => [at('large.mov', { isInRanges: true })];
  expect(names.now(false).text).toBe('large.mov');
  tally.latest = bytePath('folder');
  tally.underWay = () => [];
  expect(names.now(true).text).toBe('folder');
});

test('what several workers are at in ranges is one file', () => {
  const parts = [
    at('a.iso', { size: 200 * MIB, start: 64 * MIB, bytes: 10 * MIB, isInRanges: true }),
    at('a.iso', { worker: 2, size: 200 * MIB, start: 32 * MIB, bytes: 20 * MIB, isInRanges: true }),
    at('b.jpg'),
  ];
  expect(filesUnderWay(parts)).toMatchObject([
    { path: bytePath('a.iso'), bytes: 62 * MIB },
    { path: bytePath('b.jpg'), bytes: 0 },
  ]);
});
