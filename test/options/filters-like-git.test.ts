import { test } from 'vitest';
import { holdAgainstGit } from './held-against-git.js';

test('30 trees and patterns: what is left out is what git ignores', async () => {
  await holdAgainstGit(30, 20261123);
});
