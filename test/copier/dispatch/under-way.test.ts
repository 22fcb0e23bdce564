import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { prepareCopy } from '../../../src/copier/copy-folder.js';
import { normalizeOptions } from '../../../src/copier/request/normalize-options.js';
import { makeTree } from '../../helpers/make-tree.js';

/** So large that each goes by itself. */
const size = 16 * 1024 ** 2;
const names = ['a', 'b'];

/** Copies two files so slowly that none gets anywhere, until this has been seen. */
async function copyUntil<Seen>(
  tellsBegin: boolean,
  look: (tally: Awaited<ReturnType<typeof prepareCopy>>['tally']) => Seen | undefined,
): Promise<Seen> {
  const source = makeTree(names.map(path => ({ kind: 'file', path, size })));
  const stop = new AbortController();
  const settings = normalizeOptions({ workers: 2, bwlimit: 1, tellsBegin, signal: stop.signal });
  const run = await prepareCopy(source, join(source, '../copy'), settings);
  const running = run.run();
  try {
    for (;;) {
      const seen = look(run.tally);
      if (seen !== undefined) return seen;
      await delay(5);
    }
  } finally {
    stop.abort();
    await running;
  }
}

test('before any of it is copied, each worker is known to be at its file, if that is to be told', async () => {
  const [workers, entries] = await copyUntil(true, tally => {
    const known = tally.underWay().filter(({ worker }) => worker !== undefined);
    return known.length === names.length ? ([tally.workers(), known] as const) : undefined;
  });
  expect(entries.map(({ path }) => path).toSorted()).toEqual(names);
  expect(entries.map(({ worker }) => worker).toSorted()).toEqual(workers.toSorted());
  for (const entry of entries) expect(entry).toMatchObject({ size, start: 0, bytes: 0, isInRanges: false });
});

test('else the first of them is named, and nobody is said to be at it', async () => {
  const entries = await copyUntil(false, tally => {
    const seen = tally.underWay();
    return seen.length > 0 ? seen : undefined;
  });
  expect(entries).toMatchObject([{ worker: undefined, path: expect.stringMatching(/^[ab]$/), bytes: 0 }]);
});
