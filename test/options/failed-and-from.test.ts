import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandCopy, toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

/** Written as latin1, a character a byte. */
const listOf = (file: string) => readFileSync(file, 'latin1').split('\0').slice(0, -1);

function listFile(source: string, paths: readonly string[], end = '\0'): string {
  const file = join(dirname(source), 'list');
  writeFileSync(file, paths.map(path => path + end).join(''), 'latin1');
  return file;
}

const tree = () =>
  makeTree([
    { path: 'top', kind: 'file', content: 'top' },
    { path: 'folder/one', kind: 'file', content: 'one' },
    { path: 'folder/two', kind: 'file', content: 'two' },
    { path: 'folder/deep/three', kind: 'file', content: 'three' },
    { path: 'folder', kind: 'folder', mode: '750', mtime: '1234567890123456789' },
    { path: 'a new\nline', kind: 'file', content: 'newline' },
    { path: { latin1: 'caf\xe9' }, kind: 'file', content: 'bytes' },
    { path: 'other/four', kind: 'file', content: 'four' },
  ]);

describe('--from', () => {
  const cases: [title: string, named: string[], copied: string[]][] = [
    [
      'a file, with the folders it lies in',
      ['folder/deep/three'],
      ['folder', 'folder/deep', 'folder/deep/three'],
    ],
    ['a folder, with all under it', ['folder/deep/'], ['folder', 'folder/deep', 'folder/deep/three']],
    ['what is named twice, once', ['top', './top', 'top'], ['top']],
    ['a folder and something in it', ['other', 'other/four'], ['other', 'other/four']],
    ['something in a folder and then the folder', ['other/four', 'other'], ['other', 'other/four']],
    ['names with newlines and bytes', ['a new\nline', 'caf\xe9'], ['a new\nline', 'caf\xe9']],
    ['nothing where nothing is named', [], []],
  ];
  for (const [title, named, copied] of cases) {
    test(`copies ${title}`, async () => {
      const source = tree();
      const { copy, status, stderr } = await commandCopy(source, ['--from', listFile(source, named)]);
      expect([status, stderr]).toEqual([0, '']);
      expect([...treeSnapshot(copy).keys()].filter(Boolean).sort()).toEqual([...copied].sort());
    });
  }

  test('what is named below a file or link is a failed entry, and neither is copied for it', async () => {
    const source = makeTree([
      { path: 'file', kind: 'file', content: 'x' },
      { path: 'folder/one', kind: 'file', content: 'one' },
      { path: 'link', kind: 'link', target: 'folder' },
    ]);
    const named = ['file/a', 'file/b/c', 'link/one', 'folder/one'];
    const { copy, status, stderr } = await commandCopy(source, ['--from', listFile(source, named)]);
    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n').sort()).toEqual(
      ['file/a', 'file/b/c', 'link/one'].map(path =>
        expect.stringMatching(new RegExp(`^folder-copy: ${source}/${path}: .* \\(ENOTDIR\\)$`)),
      ),
    );
    expect([...treeSnapshot(copy).keys()].filter(Boolean).sort()).toEqual(['folder', 'folder/one']);
  });

  test('keeps the metadata of the parents, and what else stands in the destination', async () => {
    const source = tree();
    const copy = makeTree(
      [{ path: 'folder/mine', kind: 'file', content: 'mine' }],
      join(dirname(source), 'copy'),
    );
    await toldCopy(source, { from: listFile(source, ['folder/one']) }, copy);
    const folder = treeSnapshot(copy).get('folder');
    expect(folder?.stats.mtimeNs).toBe(1234567890123456789n);
    expect(folder?.stats.mode.toString(8)).toBe('40750');
    expect(readFileSync(join(copy, 'folder/mine'), 'utf8')).toBe('mine');
  });

  test('reports what is named and does not stand', async () => {
    const source = tree();
    const { how } = await toldCopy(source, { from: listFile(source, ['top', 'nowhere']) });
    expect(how).toEqual({ top: 'streamed', nowhere: 'ENOENT' });
  });

  for (const path of ['/etc/passwd', '../outside', 'folder/../../outside', 'folder/..']) {
    test(`refuses ${path}, and writes nothing`, async () => {
      const source = tree();
      const { status, stderr, copy } = await commandCopy(source, ['--from', listFile(source, ['top', path])]);
      expect(status).toBe(2);
      expect(stderr).toBe(`folder-copy: from takes paths inside the source, not "${path}"\n`);
      expect([existsSync(copy), existsSync(`${copy}.partial`)]).toEqual([false, false]);
    });
  }

  test('refuses a list that is not there, and --delete beside it', async () => {
    const source = tree();
    expect(await commandCopy(source, ['--from', `${source}/nowhere`])).toMatchObject({ status: 2 });
    const list = listFile(source, ['top']);
    expect(await commandCopy(source, ['--delete', '--from', list])).toMatchObject({ status: 2 });
  });
});

describe('--failed', () => {
  const inTheWay = () => {
    const source = tree();
    const copy = makeTree(
      ['folder/one', 'a new\nline', { latin1: 'caf\xe9' }].map(path => ({
        path,
        kind: 'file' as const,
        content: 'old',
      })),
      join(dirname(source), 'copy'),
    );
    return { source, copy, failed: join(dirname(source), 'failed') };
  };

  test('lists what failed, and --from takes that list for the next run', async () => {
    const { source, copy, failed } = inTheWay();
    const first = await commandCopy(source, ['--if-exists', 'error', '--failed', failed]);
    expect(first.status).toBe(1);
    expect(listOf(failed).sort()).toEqual(['a new\nline', 'caf\xe9', 'folder/one']);
    rmSync(join(copy, 'top'));
    // The list of one run and that of the next may be the same file.
    const second = await toldCopy(source, { from: failed, failed });
    expect(second.report).toMatchObject({ status: 0, files: 3 });
    expect(existsSync(join(copy, 'top'))).toBe(false);
    expect(readFileSync(join(copy, 'a new\nline'), 'utf8')).toBe('newline');
    expect(listOf(failed)).toEqual([]);
  });

  test('names no more than --from has named, where a folder on the way fails', async () => {
    const source = tree();
    const [list, failed] = [
      listFile(source, ['folder/one', 'gone/a', 'gone/b/c', 'top']),
      `${source}.failed`,
    ];
    makeTree([{ path: 'folder', kind: 'file', content: 'in the way' }], join(dirname(source), 'copy'));
    const first = await commandCopy(source, ['--from', list, '--failed', failed, '--if-exists', 'error']);
    expect(first.status).toBe(1);
    expect(listOf(failed).sort()).toEqual(['folder/one', 'gone/a', 'gone/b/c']);
    // The folder is back, with more in it than was asked for.
    makeTree(
      ['gone/a', 'gone/b/c', 'gone/other'].map(path => ({ path, kind: 'file', content: 'x' })),
      source,
    );
    const second = await toldCopy(source, { from: failed });
    expect(Object.keys(second.how).sort()).toEqual([
      ...['folder', 'folder/one', 'gone', 'gone/a', 'gone/b', 'gone/b/c'],
    ]);
  });

  test('is not touched by a run that is refused', async () => {
    const source = tree();
    const failed = listFile(source, ['top']);
    const partial = makeTree(
      [{ path: 'foreign', kind: 'file', content: '' }],
      join(dirname(source), 'copy.partial'),
    );
    const { status } = await commandCopy(source, ['--failed', failed, '--from', failed]);
    expect(status).toBe(2);
    expect(listOf(failed)).toEqual(['top']);
    expect(existsSync(join(partial, 'foreign'))).toBe(true);
  });

  test('names the source itself, where that failed, so that --from means all of it', async () => {
    const source = tree();
    const list = listFile(source, ['.']);
    const { report } = await toldCopy(source, { from: list });
    expect(report).toMatchObject({ status: 0, files: 7, folders: 3 });
  });
});
