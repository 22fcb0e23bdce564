import { test } from 'vitest';
import { liveThroughKills } from './kill-moments.js';

test('after any of five kills in mid-copy nothing is torn, and the next run completes the copy', async () => {
  await liveThroughKills({ count: 5, phases: ['copying'], largeBytes: 5 * 1024 * 1024, rsync: false });
});
