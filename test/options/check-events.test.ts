import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CopyEvent, type CopyOptions, checkFolder, RefusedError, UsageError } from 'folder-copy';
import { describe, expect, test } from 'vitest';
import { eventsOf, ofType } from '../helpers/events.js';
import { makeTree } from '../helpers/make-tree.js';
import { runCommand } from '../helpers/run-command.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const mtime = '1234567890123456789';
const root: TreeEntry = { path: '.', kind: 'folder', mtime };
const file = (path: string, content: string, mode = '644'): TreeEntry => {
  return { path, kind: 'file', content, mtime, mode };
};
const ours: TreeEntry[] = [
  file('same', 'same'),
  file('gone', 'gone'),
  file('content', 'abcd'),
  file('size', 'long'),
  file('mode', 'x', '600'),
  { path: 'time', kind: 'file', content: 't', mtime: '1' },
  { path: 'kind', kind: 'folder', mtime },
  { path: 'target', kind: 'link', target: 'there', mtime },
  file('one', 'o'),
  { path: 'two', kind: 'hardlink', to: 'one' },
  { path: 'socket', kind: 'socket' },
  root,
];
const theirs: TreeEntry[] = [
  file('same', 'same'),
  file('more', 'more'),
  file('content', 'abXd'),
  file('size', 'longer'),
  file('mode', 'x', '640'),
  { path: 'time', kind: 'file', content: 't', mtime: '2' },
  file('kind', ''),
  { path: 'target', kind: 'link', target: { latin1: 'th\xe9re' }, mtime },
  file('one', 'o'),
  file('two', 'o'),
  root,
];
const found = [
  { path: 'content', kind: 'content', at: 2 },
  { path: 'gone', kind: 'missing' },
  { path: 'kind', kind: 'kind', source: 'folder', destination: 'file' },
  { path: 'mode', kind: 'mode', source: 0o600, destination: 0o640 },
  { path: 'more', kind: 'extra' },
  { path: 'size', kind: 'size', source: 4, destination: 6 },
  {
    path: 'target',
    kind: 'target',
    source: 'there',
    destination: 'th\ufffdre',
    destinationBase64: Buffer.from('th\xe9re', 'latin1').toString('base64'),
  },
  {
    path: 'time',
    kind: 'time',
    source: { seconds: 0, nanoseconds: 1 },
    destination: { seconds: 0, nanoseconds: 2 },
  },
].map(difference => ({ type: 'difference', ...difference }));

/** Both trees beside each other. */
function trees(entries = ours, others = theirs): { source: string; copy: string } {
  const source = makeTree(entries);
  return { source, copy: makeTree(others, join(dirname(source), 'copy')) };
}

function expectFound(events: readonly CopyEvent[]): void {
  const differences = ofType(events, 'difference').sort((a, b) => (a.path < b.path ? -1 : 1));
  const links = differences.filter(({ kind }) => kind === 'links');
  expect(differences.filter(({ kind }) => kind !== 'links')).toEqual(found);
  // Which of the two is met first is up to the walk.
  expect(links).toHaveLength(1);
  expect(links[0]).toMatchObject({ source: expect.stringMatching(/^(one|two)$/), destination: null });
}

describe('--check --progress json', () => {
  test('tells of each difference in an event by the schema, of no entry besides, and of the counts', async () => {
    const { source, copy } = trees();
    const { status, stdout, stderr } = await runCommand([
      '--check',
      '--verify',
      '--progress',
      'json',
      source,
      copy,
    ]);
    const events = eventsOf(stdout);
    expectFound(events);
    // On a busy machine there is time for an event of progress, too.
    const others = events.map(({ type }) => type).filter(type => !/^(difference|progress)$/.test(type));
    expect(others).toEqual(['start', 'listed', 'end']);
    expect(ofType(events, 'listed')).toEqual([{ type: 'listed', files: 10, folders: 1, bytes: 20 }]);
    expect(events.at(-1)).toMatchObject({
      ...{ status: 1, files: 9, folders: 1, skipped: 1, failed: 0, left: 0, deleted: 0, notKept: {} },
      differences: found.length + 1,
      // Of what has the same size; up to the first byte that differs.
      bytes: 4 + 2 + 1 + 1 + 1 + 1,
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  });

  test('differences stay out of a copy', async () => {
    const { source } = trees();
    const { stdout } = await runCommand(['--progress', 'json', source, join(dirname(source), 'other')]);
    expect(eventsOf(stdout).at(-1)).not.toHaveProperty('differences');
  });
});

test('--check --progress plain ends with a line on standard error, at 100 % although there are differences', async () => {
  const { source, copy } = trees();
  const { stdout, stderr } = await runCommand(['--check', '--progress', 'plain', source, copy]);
  expect(stdout).toMatch(/^missing gone$/m);
  expect(stderr).toMatch(/^100\.00% {2}10\/10 files/m);
});

describe('checkFolder', () => {
  test('resolves with the counts; onEvent gets the differences', async () => {
    const { source, copy } = trees();
    const events: CopyEvent[] = [];
    const report = await checkFolder(source, copy, { verify: true, onEvent: event => events.push(event) });
    expectFound(events);
    const { destination, ...counts } = report;
    expect(events.at(-1)).toEqual({ type: 'end', ...counts });
    expect(destination).toBe(copy);
    expect(report).toMatchObject({
      status: 1,
      files: 9,
      folders: 1,
      skipped: 1,
      differences: found.length + 1,
    });
  });

  test('has status 0 where nothing differs, beside the default destination too', async () => {
    const { source } = trees([file('x', 'x'), root], []);
    makeTree([file('x', 'x'), root], `${source}[副本]`);
    expect(await checkFolder(source)).toMatchObject({ status: 0, differences: 0, files: 1, folders: 0 });
  });

  test('waits for a consumer that is slow, and rejects with what it fails with', async () => {
    const { source, copy } = trees();
    const told: string[] = [];
    await checkFolder(source, copy, {
      onEvent: async ({ type }) => {
        await new Promise(resolve => setTimeout(resolve, 20));
        told.push(type);
      },
    });
    expect(told.at(-1)).toBe('end');
    const failing = checkFolder(source, copy, { onEvent: () => Promise.reject(new Error('no more')) });
    await expect(failing).rejects.toThrow('no more');
  });

  test('rejects with the reason of its signal', async () => {
    const { source, copy } = trees();
    const stop = new AbortController();
    const check = checkFolder(source, copy, {
      signal: stop.signal,
      onEvent: ({ type }) => type === 'listed' && stop.abort(new Error('enough')),
    });
    await expect(check).rejects.toThrow('enough');
  });

  test('refuses a destination that does not exist, and what only a copy can obey', async () => {
    const { source, copy } = trees();
    await expect(checkFolder(source, `${copy}s`)).rejects.toThrow(RefusedError);
    const untyped: [options: CopyOptions, says: RegExp][] = [
      [{ delete: true }, /^delete cannot be used/],
      [{ dryRun: true }, /^dryRun cannot be used/],
      [{ checksums: join(dirname(source), 'sums') }, /^checksums cannot be used/],
    ];
    for (const [options, says] of untyped) {
      const refused = checkFolder(source, copy, options);
      await expect(refused).rejects.toThrow(UsageError);
      await expect(refused).rejects.toThrow(says);
    }
  });

  test('goes by a file of names', async () => {
    const { source, copy } = trees();
    const from = join(dirname(source), 'names');
    writeFileSync(from, 'size\0gone');
    expect(await checkFolder(source, copy, { from })).toMatchObject({ differences: 2, files: 2 });
  });
});
