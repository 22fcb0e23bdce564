import { test } from 'vitest';
import { liveThroughKills } from './kill-moments.js';

const moments = 60;

test(`after a kill at any of ${moments} moments nothing is torn, and the next run completes the copy`, {
  timeout: 1_200_000,
}, async () => {
  await liveThroughKills(moments);
});
