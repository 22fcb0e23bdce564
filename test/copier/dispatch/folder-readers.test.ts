import { expect, test } from 'vitest';
import { FolderReaders } from '../../../src/copier/dispatch/folder-readers.js';
import { BatchLostError, type Company, type Hands } from '../../../src/copier/dispatch/hands.js';

interface Request {
  readonly folder: string;
  readonly again?: boolean;
}

/** Readers whose worker is lost whenever it reads `deadly`, and while it is to be lost. */
function scene(retries: number, losses = 0) {
  const sent: string[] = [];
  let left = losses;
  const send = async (requests: readonly Request[], company: Company) => {
    const folders = requests.map(({ folder, again }) => (again ? `${folder} again` : folder));
    sent.push(`${folders.join(', ')}: ${company}`);
    if (requests.some(({ folder }) => folder === 'deadly') || left-- > 0)
      throw new BatchLostError('at work', 'its worker was killed', new Error('killed'));
    return requests.map(({ folder }) => ({ kind: 'read', folder }) as const);
  };
  const hands = { size: 1, workers: 1, grow() {} } as unknown as Hands;
  const failure = { code: 'WORKER_LOST', message: 'its worker was killed' };
  const lost = () => ({ failure, isTried: true });
  const readers = new FolderReaders<Request, { kind: 'read'; folder: string }>({
    ...{ hands, send, retries, lost, worthAWorker: 100 },
    changed() {},
  });
  const read = async (...folders: string[]) => {
    const readings = await Promise.all(folders.map(folder => readers.read({ folder })));
    return readings.map(({ kind }) => kind);
  };
  return { sent, read };
}

for (const retries of [0, 1, 2]) {
  test(`a folder that no worker outlives fails by itself, those that were read with it do not: --retries ${retries}`, async () => {
    const { sent, read } = scene(retries);
    expect(await read('a', 'deadly', 'b')).toEqual(['read', 'failed', 'read']);
    const [first, ...others] = sent;
    expect(first).toBe('a, deadly, b: beside others');
    const tries = Math.max(retries, 1);
    expect(others.toSorted()).toEqual([
      'a again: alone',
      'b again: alone',
      ...Array.from({ length: tries }, () => 'deadly again: alone'),
    ]);
  });
}

test('one beside which a file has ended the worker is read all the same', async () => {
  const { sent, read } = scene(0, 1);
  expect(await read('a')).toEqual(['read']);
  expect(sent).toEqual(['a: beside others', 'a again: alone']);
});
