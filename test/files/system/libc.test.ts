import { expect, test } from 'vitest';
import { libc } from '../../../src/files/system/libc.js';

test('any number of calls may be made at a time in threads of their own', async () => {
  const parent = libc()?.bindWaiting('getppid', 'int', []);
  const answers = await Promise.all(Array.from({ length: 2000 }, () => parent?.()));
  expect(new Set(answers)).toEqual(new Set([parent && process.ppid]));
});
