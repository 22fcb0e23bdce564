import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CopyEvent, checkFolder, copyFolder, type FilterEntry, PartialCopyError } from 'folder-copy';
import { describe, expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { makeTree } from './helpers/make-tree.js';
import { fromRoot } from './helpers/project-root.js';
import { runCommand } from './helpers/run-command.js';
import { scratchFolder } from './helpers/scratch-folder.js';
import { bytes, children, expectAccounts, ofType, paths, scene } from './library-scene.js';

test('resolves with the report of a copy that is whole, and leaves no process', async () => {
  const { source, destination } = scene();
  const report = await copyFolder(source, destination);
  expect(children()).toEqual([]);
  expect(report).toEqual({
    status: 0,
    files: 301,
    folders: 12,
    bytes,
    skipped: 1,
    failed: 0,
    left: 0,
    deleted: 0,
    notKept: { socket: 1 },
    seconds: expect.any(Number),
    destination,
  });
  expect(compareTrees(source, destination, { times: 'us' })).toEqual(['missing: "socket" (socket)']);
});

test('tells of the start, the listing, each entry exactly once, and the end', async () => {
  const { source, destination } = scene();
  const events: CopyEvent[] = [];
  const options = { workers: 3, chunkSize: 100, onEvent: (event: CopyEvent) => void events.push(event) };
  const report = await copyFolder(source, destination, options);
  expectAccounts(events);
  expect(events.at(0)).toEqual({
    type: 'start',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    source,
    destination,
    workers: 3,
    chunkSize: 100,
  });
  expect(ofType(events, 'listed')).toEqual([{ type: 'listed', files: 302, folders: 12, bytes }]);
  const files = ofType(events, 'file');
  expect(files.map(({ path }) => path).toSorted()).toEqual(paths);
  expect(files.reduce((sum, file) => sum + file.bytes, 0)).toBe(bytes);
  const { destination: _, ...end } = report;
  expect(events.at(-1)).toEqual({ type: 'end', ...end });
  const how = Object.fromEntries(files.map(file => [file.path, file.how]));
  expect(how).toMatchObject({ empty: 'made', latest: 'linked', socket: 'skipped' });
  expect(how['0/9.jpg']).toMatch(/^(streamed|cloned)$/);
});

test('copies beside the source where no destination is given, with the suffix asked for', async () => {
  const { source } = scene();
  expect((await copyFolder(source)).destination).toBe(`${source}[副本]`);
  expect((await copyFolder(source, undefined, { suffix: '.bak' })).destination).toBe(`${source}.bak`);
});

test('an entry whose name is no UTF-8 carries its bytes', async () => {
  const name = Buffer.from('caf\xe9', 'latin1');
  const source = makeTree([{ kind: 'file', path: { latin1: 'caf\xe9' }, content: '' }]);
  const events: CopyEvent[] = [];
  await copyFolder(source, undefined, { onEvent: event => events.push(event) });
  expect(ofType(events, 'file')).toEqual([
    expect.objectContaining({ path: 'caf\ufffd', pathBase64: name.toString('base64') }),
  ]);
});

test('rejects with PartialCopyError, which has the report and the failures, when entries failed', async () => {
  const { source, destination } = scene();
  const inTheWay = ['3/3.jpg', '4/4.jpg'];
  makeTree(
    inTheWay.map(path => ({ kind: 'file', path: `${path}/in the way`, content: '' })),
    destination,
  );
  const events: CopyEvent[] = [];
  const error: unknown = await copyFolder(source, destination, {
    onEvent: event => events.push(event),
  }).catch((reason: unknown) => reason);
  expect(children()).toEqual([]);
  expectAccounts(events);
  if (!(error instanceof PartialCopyError)) throw error;
  expect(error.code).toBe('PARTIAL_COPY');
  expect(error.message).toBe('2 of 314 entries could not be copied');
  expect(error.report).toMatchObject({ status: 1, files: 299, folders: 12, failed: 2, left: 0, destination });
  const failures = error.failures.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  expect(failures).toEqual(
    inTheWay.map(path =>
      expect.objectContaining({ path, code: 'ENOTEMPTY', message: expect.any(String), attempts: 1 }),
    ),
  );
});

test('counts the root, and what could not be deleted, beside the entries', () => {
  const totals = {
    status: 1,
    files: 8,
    folders: 1,
    bytes: 0,
    skipped: 0,
    deleted: 0,
    notKept: {},
    seconds: 1,
  };
  const failure = { path: 'a', code: 'EIO', message: 'input/output error', attempts: 1 };
  const messageOf = (failed: number, failures: number, message?: string) =>
    new PartialCopyError(
      { ...totals, failed, left: 1 - failed, destination: '/d', ...(message !== undefined && { message }) },
      Array.from({ length: failures }, () => failure),
    ).message;
  expect(messageOf(1, 1)).toBe('1 of 10 entries could not be copied');
  expect(messageOf(1, 2)).toBe('1 of 10 entries could not be copied; 1 other step failed');
  expect(messageOf(0, 2)).toBe('2 other steps failed');
  expect(messageOf(0, 0, 'no space left')).toBe('no space left');
});

test('takes file URLs for paths, also with bytes that are no UTF-8', async () => {
  const { source, destination } = scene();
  const failed = `${destination} failed`;
  await copyFolder(pathToFileURL(source), pathToFileURL(`${destination} 100%`), {
    failed: pathToFileURL(failed),
  });
  expect(compareTrees(source, `${destination} 100%`, { times: 'us' })).toEqual([
    'missing: "socket" (socket)',
  ]);
  expect(existsSync(failed)).toBe(true);
  const odd = Buffer.from(`${source}/caf\xe9`, 'latin1');
  await copyFolder(source, new URL(`file://${source}-caf%E9`));
  expect(existsSync(Buffer.from(`${source}-caf\xe9`, 'latin1'))).toBe(true);
  expect(existsSync(odd)).toBe(false);
});

describe('filter', () => {
  test('leaves entries out, with all that is in them', async () => {
    const { source, destination } = scene();
    const asked: FilterEntry[] = [];
    const report = await copyFolder(source, destination, {
      filter: entry => {
        asked.push(entry);
        return entry.path !== '3' && entry.path !== 'latest';
      },
    });
    expect([...new Set(asked.map(({ path }) => path))].toSorted()).toEqual(
      paths.filter(path => !path.startsWith('3/')),
    );
    expect(asked).toContainEqual({ path: '0', isFolder: true });
    expect(asked).toContainEqual({ path: '0/0.jpg', isFolder: false });
    const missing = compareTrees(source, destination, { times: 'us' }).filter(line => !line.includes('"3/'));
    expect(missing).toEqual([
      'missing: "3" (folder)',
      'missing: "latest" (link)',
      'missing: "socket" (socket)',
    ]);
    expect(report.files).toBe(300 - 33);
  });

  test('leaves alone what it leaves out of the destination', async () => {
    const { source, destination } = scene();
    makeTree(
      ['kept/inside', 'gone/inside', '0/0.jpg'].map(path => ({ kind: 'file', path, content: 'old' })),
      destination,
    );
    await copyFolder(source, destination, { delete: true, filter: ({ path }) => path !== 'kept' });
    expect([existsSync(join(destination, 'kept/inside')), existsSync(join(destination, 'gone'))]).toEqual([
      true,
      false,
    ]);
  });

  test('has to answer at once, and what it throws ends the copy', async () => {
    const { source, destination } = scene();
    const later = (async () => true) as unknown as () => boolean;
    await expect(copyFolder(source, destination, { filter: later })).rejects.toThrow(
      /^filter returns true or false, not Promise/,
    );
    const mistake = new Error('a mistake of the filter');
    const failing = copyFolder(source, destination, {
      filter: () => {
        throw mistake;
      },
    });
    await expect(failing).rejects.toBe(mistake);
    expect(children()).toEqual([]);
  });

  test('what it throws of entries that only the destination has ends the copy and the comparison, too', async () => {
    const source = makeTree([{ kind: 'file', path: 'a', content: 'a' }]);
    const destination = makeTree(
      ['a', 'extra', 'other/inside'].map(path => ({ kind: 'file', path, content: 'a' })),
      join(dirname(source), 'copy'),
    );
    for (const wrong of ['extra', 'other/inside']) {
      const mistake = new Error('a mistake of the filter');
      const filter = ({ path }: FilterEntry) => {
        if (path === wrong) throw mistake;
        return true;
      };
      for (const limit of [{}, { maxDelete: 9 }]) {
        const copied = copyFolder(source, destination, { ...limit, delete: true, filter });
        await expect(copied).rejects.toBe(mistake);
      }
      expect(existsSync(join(destination, wrong))).toBe(true);
    }
    const filter = () => {
      throw new RangeError('a mistake');
    };
    await expect(checkFolder(source, destination, { filter })).rejects.toThrow(RangeError);
    expect(children()).toEqual([]);
  });
});

const main = (name: string) => JSON.stringify(fromRoot('dist/lib', name));
const body = `
  const watched = () => ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'uncaughtException'].map(name => process.listenerCount(name)).join();
  const before = watched();
  const [source, destination] = process.argv.slice(2);
  await copyFolder(source, destination, { onEvent() { if (watched() !== before) throw new Error('a handler was installed'); } });
  await copyFolder(source, source).catch(() => {});
  process.exitCode = 7;`;
const programs: [title: string, name: string, text: string][] = [
  ['an ESM program', 'program.mjs', `import { copyFolder } from ${main('index.mjs')};${body}`],
  [
    'a CommonJS program',
    'program.cjs',
    `const { copyFolder } = require(${main('index.js')}); (async () => {${body}})();`,
  ],
];

for (const [title, name, text] of programs) {
  test(`${title} prints nothing, gets no signal handler, and ends by itself with its own status`, async () => {
    const { source, destination } = scene();
    const program = join(scratchFolder(), name);
    writeFileSync(program, text);
    const result = await runCommand([source, destination], { program });
    expect(result).toEqual({ status: 7, signal: null, stdout: '', stderr: '' });
    expect(compareTrees(source, destination, { times: 'us' })).toEqual(['missing: "socket" (socket)']);
  });
}
