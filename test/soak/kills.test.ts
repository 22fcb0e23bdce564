import { test } from 'vitest';
import { liveThroughKills } from '../faults/kill-moments.js';
import { allPhases } from '../faults/moment.js';

const moments = 500;

test(`after a kill at any of ${moments} moments nothing is torn, and the next run completes the copy`, {
  timeout: 3_600_000,
}, async () => {
  await liveThroughKills({ count: moments, phases: allPhases, largeBytes: 65 * 1024 * 1024, rsync: true });
});
