import { expect, test } from 'vitest';
import { Dispatcher } from '../../../src/copier/dispatch/dispatcher.js';
import { BatchLostError, type Hands, type Loss } from '../../../src/copier/dispatch/hands.js';
import { bytePath } from '../../../src/files/byte-path.js';
import type { FolderReading } from '../../../src/protocol/readings.js';

const reading: FolderReading = { kind: 'failed', failure: { code: 'EIO', message: 'what a worker found' } };

/** A pool that loses its worker so many times, and then reads. */
function losing(times: number, loss: Loss): Hands {
  const unused = async () => Promise.reject(new Error('not asked for'));
  let lost = 0;
  return {
    ...{ size: 1, workers: 1, capacity: 2, isWanted: false, pids: [1] },
    ...{ grow() {}, whenStarted() {}, run: unused, findDeletions: unused, end: async () => 'ended' as const },
    async read(requests) {
      lost += 1;
      if (lost <= times)
        throw new BatchLostError(loss, 'its worker was killed', new Error('lost'), {
          pid: lost,
          wasAlone: true,
        });
      return requests.map(() => reading);
    },
  };
}

async function read(times: number, loss: Loss, retries: number): Promise<FolderReading> {
  const dispatcher = new Dispatcher(losing(times, loss), retries);
  return await dispatcher.read({ folder: bytePath('folder'), makes: false });
}

const lost = { kind: 'failed', failure: { code: 'WORKER_LOST' } };

test('a folder is read again where the worker was lost before it began, which is no try', async () => {
  expect(await read(3, 'not begun', 0)).toEqual(reading);
});

test('where none stays alive, it fails in the end', async () => {
  expect(await read(Number.POSITIVE_INFINITY, 'not begun', 2)).toMatchObject(lost);
});

test('where no worker can be had, the run is stopped for that', async () => {
  const dispatcher = new Dispatcher(losing(1, 'no worker'), 2);
  const reason = await new Promise<string>(resolve => {
    const unused = () => {};
    const stop = (why: string) => {
      resolve(why);
      return true;
    };
    const others = { done: unused, failed: unused, copied: unused, workers: unused };
    dispatcher.join({ ...others, abandoned: () => undefined, workerless: stop });
    void dispatcher.read({ folder: bytePath('folder'), makes: false });
  });
  expect(reason).toBe('its worker was killed');
});
