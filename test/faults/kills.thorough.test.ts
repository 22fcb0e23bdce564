import { test } from 'vitest';
import { needs } from '../helpers/needs.js';
import { liveThroughKills } from './kill-moments.js';
import { allPhases } from './moment.js';

const count = 60;

test(`after a kill at any of ${count} moments nothing is torn, and the next run completes the copy`, {
  timeout: 1_200_000,
  ...needs('strace', 'rsync'),
}, async () => {
  await liveThroughKills({ count, phases: allPhases, largeBytes: 65 * 1024 * 1024, rsync: true });
});
