import { expect, test } from 'vitest';
import { WaitGauge } from '../../../src/worker/context/wait-gauge.js';

const SLOW_MS = 2;

test('calls that wait are made side by side from the second on, until it is time to try again', () => {
  const gauge = new WaitGauge();
  gauge.time(wait);
  expect(gauge.isWaiting).toBe(false);
  gauge.time(wait);
  expect(gauge.isWaiting).toBe(true);
});

test('a quick call clears what one slow one had led to', () => {
  const gauge = new WaitGauge();
  gauge.time(wait);
  gauge.time(() => {});
  gauge.time(wait);
  expect(gauge.isWaiting).toBe(false);
});

test.runIf(process.platform === 'linux')('calls that only take the processor long are made at once', () => {
  const gauges = Array.from({ length: 20 }, () => new WaitGauge());
  for (const gauge of gauges) for (let call = 0; call < 2; call += 1) gauge.time(compute);
  // Now and then the engine itself waits, for its other threads.
  expect(gauges.filter(({ isWaiting }) => isWaiting).length).toBeLessThan(gauges.length / 2);
});

test('what a call throws is thrown on, and was timed', () => {
  const gauge = new WaitGauge();
  const failing = () => {
    wait();
    throw new Error('EIO');
  };
  for (let call = 0; call < 2; call += 1) expect(() => gauge.time(failing)).toThrow('EIO');
  expect(gauge.isWaiting).toBe(true);
});

/** Gives the processor up, as a call to slow storage does. */
function wait(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SLOW_MS);
}

function compute(): void {
  const endMs = performance.now() + SLOW_MS;
  while (performance.now() < endMs);
}
