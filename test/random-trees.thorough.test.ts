import { test } from 'vitest';
import { copyRandomTrees } from './helpers/random-copies.js';

// The same trees at each run, new ones at each `npm run soak`, which says how many.
const { RANDOM_TREES } = process.env;
const trees = Number(RANDOM_TREES ?? 200);

test(`${trees} random trees are copied whole and faithfully, with every kind and every way among them`, {
  timeout: 3_600_000,
}, async () => {
  await copyRandomTrees({ trees, rsync: true, ...(RANDOM_TREES ? {} : { seed: 20261123 }) });
});
