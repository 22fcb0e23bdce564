import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EffortMeter } from '../../../src/worker/context/effort-meter.js';

test('what a worker waits for the ceiling is no effort, and no wait for the storage', async () => {
  const meter = new EffortMeter();
  meter.begin();
  expect(await meter.leaveOut(sleep(200, 'paid'))).toBe('paid');
  expect(meter.effort.tookMs).toBeLessThan(150);
  meter.begin();
  await sleep(50);
  const { tookMs, waits } = meter.effort;
  expect(tookMs).toBeGreaterThan(40);
  expect(waits).toBeGreaterThan(0);
});
