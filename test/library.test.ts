import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type AbortedError,
  type CopyEvent,
  type CopyReport,
  checkFolder,
  copyFolder,
  type FilterEntry,
  PartialCopyError,
  RefusedError,
  UsageError,
} from 'folder-copy';
import { describe, expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { makeTree } from './helpers/make-tree.js';
import { processesOf } from './helpers/processes.js';
import { fromRoot } from './helpers/project-root.js';
import { runCommand } from './helpers/run-command.js';
import { scratchFolder } from './helpers/scratch-folder.js';
import type { TreeEntry } from './helpers/tree-description.js';

const tree: TreeEntry[] = [
  ...Array.from({ length: 300 }, (_, index): TreeEntry => {
    return { kind: 'file', path: `${index % 9}/${index}.jpg`, size: index };
  }),
  { kind: 'folder', path: 'empty/and/deep' },
  { kind: 'link', path: 'latest', target: '1/1.jpg' },
  { kind: 'socket', path: 'socket' },
];
const bytes = (299 * 300) / 2;
const paths = [
  ...tree.map(({ path }) => String(path)),
  ...Array.from({ length: 9 }, (_, index) => String(index)),
  'empty',
  'empty/and',
].toSorted();

function scene(): { source: string; destination: string } {
  const scratch = scratchFolder();
  return { source: makeTree(tree, join(scratch, 'source')), destination: join(scratch, 'copy') };
}

const children = () => processesOf(process.pid).filter(pid => pid !== process.pid);

function ofType<T extends CopyEvent['type']>(events: readonly CopyEvent[], type: T) {
  return events.filter((event): event is Extract<CopyEvent, { type: T }> => event.type === type);
}

/** What holds for every run that began, however it ended. */
function expectAccounts(events: readonly CopyEvent[]): void {
  expect(events.at(0)?.type).toBe('start');
  expect(events.at(-1)?.type).toBe('end');
  const settled = events.flatMap(event =>
    event.type === 'file' || event.type === 'error' ? [event.path] : [],
  );
  expect(new Set(settled).size).toBe(settled.length);
  const [end] = ofType(events, 'end');
  const [listed] = ofType(events, 'listed');
  expect(ofType(events, 'error')).toHaveLength(end?.failed ?? -1);
  if (end === undefined || listed === undefined) return;
  const { files, folders, skipped, failed, left } = end;
  expect(listed.files + listed.folders).toBe(files + folders + skipped + failed + left);
}

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

// A table for callers without types: what is wrong, and what the message names.
const refusedOptions: [options: object, says: RegExp][] = [
  [{ workers: 0 }, /^workers takes .*, not 0$/],
  [{ workers: 65 }, /^workers takes .*, not 65$/],
  [{ workers: 2.5 }, /^workers takes .*, not 2\.5$/],
  [{ workers: Number.NaN }, /^workers takes .*, not NaN$/],
  [{ workers: '5' }, /^workers takes .*, not "5"$/],
  [{ exclude: Object.create(null) }, /^exclude takes a list of patterns, not \[Object: null/],
  [{ workers: null }, /^workers takes .*, not null$/],
  [{ chunkSize: 0 }, /^chunkSize takes .*, not 0$/],
  [{ chunkSize: 2 ** 20 + 1 }, /^chunkSize takes .*, not 1048577$/],
  [{ suffix: '' }, /^suffix takes .*, not ""$/],
  [{ suffix: 'a/b' }, /^suffix takes .*, not "a\/b"$/],
  [{ ifExists: 'replace' }, /^ifExists takes one of overwrite, .*, not "replace"$/],
  [{ reflink: true }, /^reflink takes one of auto, .*, not true$/],
  [{ xattrs: 'maybe' }, /^xattrs takes one of auto, .*, not "maybe"$/],
  [{ delete: 1 }, /^delete takes true or false, not 1$/],
  [{ strict: 'yes' }, /^strict takes true or false, not "yes"$/],
  [{ checksums: 5 }, /^checksums takes a path, .*, not 5$/],
  [{ signal: 'SIGINT' }, /^signal takes an AbortSignal, not "SIGINT"$/],
  [{ onEvent: true }, /^onEvent takes a function, not true$/],
  [{ filter: 'a' }, /^filter takes a function, not "a"$/],
  [{ log: 'a\0' }, /^log takes a path, and "a\\u0000" holds a NUL byte$/],
  [{ from: new URL('https://example.org/list') }, /^from takes a path, and https:.* is not a file URL/],
  [{ ifExist: 'error' }, /^unknown option "ifExist"$/],
  [{ check: true }, /^unknown option "check"$/],
];

describe('rejects with RefusedError, and writes nothing', () => {
  for (const [options, says] of refusedOptions) {
    test(`for the options ${JSON.stringify(options)}`, async () => {
      const source = makeTree([{ kind: 'file', path: 'a.jpg', content: 'a' }]);
      const destination = `${source} copy`;
      const refused = copyFolder(source, destination, options);
      await expect(refused).rejects.toThrow(UsageError);
      await expect(refused).rejects.toThrow(RefusedError);
      await expect(refused).rejects.toThrow(says);
      await expect(refused).rejects.toMatchObject({ code: 'USAGE' });
      expect(existsSync(destination)).toBe(false);
    });
  }

  test('for a source that does not exist, a destination inside it, and empty names', async () => {
    const { source } = scene();
    for (const [from, to] of [
      [`${source}-missing`, undefined],
      [source, source],
      [source, join(source, 'copy')],
      ['', undefined],
      [source, ''],
      [undefined as unknown as string, undefined],
      [source, 5 as unknown as string],
    ] as const) {
      const events: CopyEvent[] = [];
      const refused = copyFolder(from, to, { onEvent: event => events.push(event) });
      await expect(refused).rejects.toThrow(RefusedError);
      expect(events).toEqual([]);
    }
    expect(existsSync(join(source, 'copy'))).toBe(false);
  });
});

test('a refusal has the code that its message ends with', async () => {
  const { source } = scene();
  for (const [from, to, code] of [
    [`${source}-missing`, undefined, 'ENOENT'],
    [join(source, '0/0.jpg'), undefined, 'ENOTDIR'],
    [source, join(source, 'copy'), 'EINVAL'],
  ] as const) {
    const refused = copyFolder(from, to);
    await expect(refused).rejects.toMatchObject({ name: 'RefusedError', code });
    await expect(refused).rejects.toThrow(new RegExp(` \\(${code}\\)$`));
  }
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
