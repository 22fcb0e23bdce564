import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type AbortedError, type CopyEvent, type CopyReport, checkFolder, copyFolder } from 'folder-copy';
import { expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { scratchFolder } from './helpers/scratch-folder.js';
import { children, expectAccounts, scene } from './library-scene.js';

test("rejects with the signal's reason and a report when it is aborted before it begins, and makes nothing", async () => {
  const { source, destination } = scene();
  const standing = scratchFolder();
  const started: ((signal: AbortSignal, onEvent: (event: CopyEvent) => void) => Promise<CopyReport>)[] = [
    (signal, onEvent) => copyFolder(source, destination, { signal, onEvent }),
    (signal, onEvent) => copyFolder(source, destination, { signal, onEvent, dryRun: true }),
    (signal, onEvent) => checkFolder(source, standing, { signal, onEvent }),
  ];
  for (const start of started) {
    for (const isAbortedBefore of [true, false]) {
      const reason = new Error('not today');
      const controller = new AbortController();
      const events: CopyEvent[] = [];
      if (isAbortedBefore) controller.abort(reason);
      const running = start(controller.signal, event => events.push(event));
      controller.abort(reason);
      await expect(running).rejects.toBe(reason);
      expect(reason).toMatchObject({ code: 'ABORT_ERR', report: { files: 0, folders: 0, left: 0 } });
      expect(events.map(({ type }) => type)).toEqual(['start', 'end']);
    }
  }
  expect(readdirSync(dirname(source))).toEqual([basename(source)]);
});

const moments: CopyEvent['type'][] = ['start', 'listed', 'file'];
for (const moment of moments) {
  test(`rejects with the signal's reason when it is aborted at the event ${moment}, its workers gone`, async () => {
    const { source, destination } = scene();
    const controller = new AbortController();
    const events: CopyEvent[] = [];
    const aborted = copyFolder(source, destination, {
      workers: 2,
      signal: controller.signal,
      onEvent(event) {
        events.push(event);
        if (event.type === moment) controller.abort();
      },
    });
    const thrown: unknown = await aborted.catch((error: unknown) => error);
    expect(thrown).toBe(controller.signal.reason);
    expect(thrown).toMatchObject({ name: 'AbortError', report: { status: 1, code: expect.any(String) } });
    expect(children()).toEqual([]);
    expectAccounts(events);
  });
}

test('of several copies with one signal each is rejected with its own report', async () => {
  const { source, destination } = scene();
  const controller = new AbortController();
  const stopped = [1, 2].map(number =>
    copyFolder(source, `${destination}-${number}`, {
      signal: controller.signal,
      onEvent: event => {
        if (event.type === 'listed') controller.abort(new Error('enough'));
      },
    }).catch((error: unknown) => error),
  );
  const errors = (await Promise.all(stopped)) as AbortedError[];
  expect(errors.map(({ report }) => report.destination).toSorted()).toEqual(
    [1, 2].map(n => `${destination}-${n}.partial`),
  );
  for (const error of errors) expect([error, error.cause]).toContain(controller.signal.reason);
  for (const { code } of errors) expect(code).toBe('ABORT_ERR');
});

test('rejects with what onEvent throws, and leaves no process', async () => {
  const { source, destination } = scene();
  const mistake = new Error('a mistake of the listener');
  const failing = copyFolder(source, destination, {
    onEvent(event) {
      if (event.type === 'file') throw mistake;
    },
  });
  await expect(failing).rejects.toBe(mistake);
  expect(children()).toEqual([]);
});

test('several copies at a time do not mind each other', async () => {
  const { source, destination } = scene();
  const copies = [1, 2, 3].map(number => copyFolder(source, `${destination}-${number}`, { workers: 2 }));
  for (const { destination: copy } of await Promise.all(copies)) {
    expect(compareTrees(source, copy, { times: 'us' })).toEqual(['missing: "socket" (socket)']);
  }
});
