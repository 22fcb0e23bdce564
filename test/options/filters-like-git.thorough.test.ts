import { test } from 'vitest';
import { holdAgainstGit } from './held-against-git.js';

// The same at each run, new and many more at each `npm run soak`.
const isSoak = process.env.SOAK !== undefined;
const runs = isSoak ? 5000 : 150;

test(`${runs} trees and patterns: what is left out is what git ignores`, { timeout: 3_600_000 }, async () => {
  await holdAgainstGit(runs, isSoak ? undefined : 20261123);
});
