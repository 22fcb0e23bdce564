import { getEventListeners } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyFolder, PartialCopyError } from 'folder-copy';
import { expect, test } from 'vitest';
import { type Bytes, toBuffer } from '../helpers/bytes.js';
import { commandCopy } from '../helpers/copies.js';
import { eventsOf, ofType } from '../helpers/events.js';
import { makeTree } from '../helpers/make-tree.js';
import { fullPipe, pipe, reader } from './pipes.js';

test('names go into a manifest, a list and a log that are pipes as they are, whatever their bytes', async () => {
  const taken = ['é', { latin1: '\xff' }];
  const refused = ['ü', { latin1: '\xfe' }];
  const file = (path: Bytes) => ({ path, kind: 'file', content: '' }) as const;
  const source = makeTree([...taken, ...refused].map(file));
  const place = dirname(source);
  makeTree(refused.map(file), join(place, 'copy'));
  const readers = ['checksums', 'failed', 'log'].map(name => reader(place, `cat > ${name}.read`, name));
  const args = ['checksums', 'failed', 'log'].flatMap(name => [`--${name}`, join(place, name)]);
  expect((await commandCopy(source, ['--if-exists', 'error', ...args])).status).toBe(1);
  await Promise.all(readers.map(({ closed }) => closed));
  const [sums, failed, log] = ['checksums', 'failed', 'log'].map(name =>
    readFileSync(join(place, `${name}.read`), 'latin1'),
  );
  const bytes = (name: Bytes) => toBuffer(name).toString('latin1');
  const names = sums?.split('\n').map(line => line.slice(66));
  expect(names?.sort()).toEqual(['', ...taken.map(bytes)].sort());
  expect(failed?.split('\0').sort()).toEqual(['', ...refused.map(bytes)].sort());
  const events = eventsOf(Buffer.from(log ?? '', 'latin1').toString('utf8'));
  expect(ofType(events, 'file').map(event => event.path)).toContain('é');
  expect(ofType(events, 'file').map(event => event.pathBase64)).toContain(
    Buffer.from([0xff]).toString('base64'),
  );
});

for (const option of ['checksums', 'log'] as const) {
  for (const inTheWay of [false, true]) {
    const what = inTheWay ? 'in the place of a file' : 'beside the others';
    test(`nothing is deleted ${what} where the reader of ${option} has gone with its last records`, async () => {
      const names = inTheWay ? ['first', 'file'] : ['first'];
      const source = makeTree(names.map(path => ({ path, kind: 'file', content: 'x' })));
      const place = dirname(source);
      const copy = join(place, 'copy');
      const standing = ['first', inTheWay ? 'file/extra' : 'extra'];
      makeTree(
        standing.map(path => ({ path, kind: 'file', content: '' })),
        copy,
      );
      const { path, close } = pipe(place);
      const run = copyFolder(source, copy, {
        delete: true,
        [option]: path,
        onEvent: event => {
          if (event.type === 'file' && event.path === 'first') close();
        },
      });
      const error: unknown = await run.catch((reason: unknown) => reason);
      if (!(error instanceof PartialCopyError)) throw error;
      expect(error.failures.map(({ code }) => code)).toContain('EPIPE');
      expect(standing.map(path => existsSync(join(copy, path)))).toEqual([true, true]);
      expect(error.report.deleted).toBe(0);
    });
  }
}

for (const option of ['checksums', 'log'] as const) {
  test(`a reader of ${option} that takes nothing does not hold up a run that is stopped, or whose listener fails`, async () => {
    // A log holds up a listing that is long before anything can fail.
    const length = option === 'log' ? 2 : 1000;
    const files = Array.from({ length }, (_, index) => `${index}`);
    const tree = files.map(path => ({ path, kind: 'file', content: '' }) as const);
    const source = makeTree(tree);
    const place = dirname(source);
    const standing = makeTree(tree, join(place, 'standing'));
    const records = { [option]: fullPipe(place) };
    const stopped = copyFolder(source, standing, { ...records, ifExists: 'error', failFast: true });
    await expect(stopped).rejects.toMatchObject({ report: { code: 'EEXIST' } });
    const failing = copyFolder(source, join(place, 'copy'), {
      ...records,
      onEvent: event => {
        if (event.type === 'file') throw new Error('no more');
      },
    });
    await expect(failing).rejects.toThrow('no more');
    const refusing = copyFolder(source, join(place, 'copy'), {
      ...records,
      onEvent: async event => {
        if (event.type === 'file') throw new Error('no more');
      },
    });
    await expect(refusing).rejects.toThrow('no more');
  }, 20_000);
}

test('a call that is refused for its side file leaves nothing that listens to its signal', async () => {
  const source = makeTree([]);
  const { signal } = new AbortController();
  const copy = join(dirname(source), 'copy');
  const run = copyFolder(source, copy, { checksums: dirname(source), signal });
  await expect(run).rejects.toThrow('cannot be written');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
