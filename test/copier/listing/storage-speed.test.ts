import { expect, test } from 'vitest';
import { StorageSpeed } from '../../../src/copier/listing/storage-speed.js';
import { threadWaits } from '../../../src/files/system/thread-waits.js';

const cases: [title: string, callsMs: number[], isSlow: boolean][] = [
  ['nothing has been asked', [], false],
  ['one call took long, as on a busy machine', [0.02, 40, 0.02, 0.02, 0.02], false],
  ['the first of its kind took long', [3, 0.02, 0.02], false],
  ['the first two of their kind took long', [3, 2], true],
  ['the first two took long, and no other', [3, 2, 0.02, 0.02, 0.02], false],
  ['most calls take long', [1, 1.1, 0.02, 1.2], true],
  ['it was slow and is quick again', [1, 1, 1, 1, 0.02, 0.02, 0.02], false],
  ['it was quick and has become slow', [0.02, 0.02, 0.02, 0.02, 0.02, 2, 2, 2], true],
];
for (const [title, callsMs, isSlow] of cases) {
  test(`storage is ${isSlow ? 'slow' : 'not slow'}: ${title}`, () => {
    const speed = new StorageSpeed();
    for (const ms of callsMs) speed.looked(ms);
    expect(speed.isSlow).toBe(isSlow);
  });
}

test('either side is slow', () => {
  const speed = new StorageSpeed();
  for (let n = 0; n < 5; n += 1) speed.looked(0.01);
  for (let n = 0; n < 5; n += 1) {
    speed.ofDestination(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2));
  }
  expect(speed.isSlow).toBe(true);
});

test('a quick look does not hide that opening takes long, as where a listing brings attributes along', () => {
  const speed = new StorageSpeed();
  for (let n = 0; n < 5; n += 1) {
    speed.opened(1.1);
    for (let entry = 0; entry < 3; entry += 1) speed.looked(0.01);
  }
  expect(speed.isSlow).toBe(true);
  for (let n = 0; n < 5; n += 1) speed.ofAll(0.05);
  expect(speed.isSlow).toBe(false);
});

test('calls that are long because the processor is not to be had do not make storage slow', () => {
  const speed = new StorageSpeed();
  for (let n = 0; n < 8; n += 1) {
    speed.ofDestination(() => {
      for (const sinceMs = performance.now(); performance.now() - sinceMs < 1; );
    });
  }
  // Where the system does not tell whether a thread waited, only the clock is left.
  expect(speed.isSlow).toBe(threadWaits() === undefined);
});
