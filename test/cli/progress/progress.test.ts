import { expect, test } from 'vitest';
import { Progress } from '../../../src/cli/progress/figures/progress.js';
import { listEntries } from '../../../src/copier/listing/list-entries.js';
import type { CopyEvent } from '../../../src/copier/report/events.js';
import { Tally } from '../../../src/copier/report/tally.js';
import { bytePath } from '../../../src/files/byte-path.js';
import { makeTree } from '../../helpers/make-tree.js';
import type { TreeEntry } from '../../helpers/tree-description.js';

function ended(status: number): CopyEvent {
  const counts = { files: 0, folders: 0, bytes: 0, skipped: 0, failed: 0, left: 0, deleted: 0, seconds: 1 };
  return { type: 'end', status, ...counts, notKept: {} };
}

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
  progress.hear(ended(0));
  expect(progress.now().percent).toBe(100);
});

test('a run with failures does not end at 100', () => {
  const tally = new Tally();
  const progress = new Progress(tally);
  tally.found.files = 2;
  tally.finished.files = 1;
  tally.failed = 1;
  expect(progress.now().percent).toBe(99.99);
  progress.hear(ended(1));
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

test('a listing that is never far ahead of the copy does not make it look nearly done', () => {
  const tally = new Tally();
  const progress = new Progress(tally);
  tally.found.files = 100_000;
  tally.finished.files = 96_000;
  tally.listedShare = () => 0.25;
  expect(progress.now().percent).toBe(24);
});

test('the share that has been listed goes from 0 to 1 with the walk', () => {
  const entries = ['a/1', 'a/b/2', 'a/c/3', 'd/4', 'e/f/g/5'].map(
    (path): TreeEntry => ({ kind: 'file', path, content: path }),
  );
  const tally = new Tally();
  const seen: number[] = [];
  for (const _ of listEntries(bytePath(makeTree(entries)), {
    dereference: false,
    oneFileSystem: false,
    tally,
  })) {
    seen.push(tally.listedShare());
  }
  expect(seen.at(0)).toBe(0);
  expect(seen.at(-2)).toBeGreaterThan(0.9);
  expect(seen.filter(share => share < 0 || share > 1)).toEqual([]);
  const middle = seen.filter(share => share > 0.3 && share < 0.7);
  expect(middle.length).toBeGreaterThan(3);
});
