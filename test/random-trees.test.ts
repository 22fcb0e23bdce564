import { test } from 'vitest';
import { copyRandomTrees } from './helpers/random-copies.js';

test('20 random trees are copied whole and faithfully', async () => {
  await copyRandomTrees({ trees: 20, seed: 20261123, rsync: false });
});
