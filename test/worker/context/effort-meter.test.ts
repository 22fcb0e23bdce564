import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EffortMeter } from '../../../src/worker/context/effort-meter.js';

test('what a worker waits for the ceiling is no effort, and no wait for the storage', async () => {
  const meter = new EffortMeter();
  meter.begin();
  expect(await meter.leaveOut(sleep(200, 'paid'))).toBe('paid');
  expect(meter.end(1, 1).tookMs).toBeLessThan(150);
  meter.begin();
  await sleep(50);
  const { tookMs, waits } = meter.end(1, 1);
  expect(tookMs).toBeGreaterThan(40);
  expect(waits).toBeGreaterThan(0);
});

test('after a quick batch only the clock is read, and after the next one that waits all is seen again', async () => {
  const meter = new EffortMeter();
  meter.begin();
  meter.end(1000, 1);
  meter.begin();
  await sleep(50);
  const unasked = meter.end(1, 1);
  expect(unasked).toMatchObject({ cpuMs: unasked.tookMs, waits: 0 });
  meter.begin();
  await sleep(50);
  const { tookMs, cpuMs, waits } = meter.end(1, 1);
  expect(cpuMs).toBeLessThan(tookMs / 2);
  expect(waits).toBeGreaterThan(0);
});
