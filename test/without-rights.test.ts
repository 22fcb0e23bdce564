import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { commandCopy } from './helpers/copies.js';
import { makeTree } from './helpers/make-tree.js';
import { needs } from './helpers/needs.js';
import { startCommand } from './helpers/run-command.js';
import { until } from './helpers/running.js';
import { shell } from './helpers/shell.js';
import type { TreeEntry } from './helpers/tree-description.js';
import { treeSnapshot } from './helpers/tree-snapshot.js';

const nobody = { uid: 65534, gid: 65534 };

/** A tree of the user's own, in a folder that the user may write in. */
function ownTree(entries: TreeEntry[], name = 'source', beside?: string): string {
  const tree = makeTree(entries, beside === undefined ? undefined : join(dirname(beside), name));
  shell(dirname(tree), `chown -R 65534:65534 '${name}'; chmod 777 .`);
  return tree;
}

describe('a user without rights', needs('root'), () => {
  for (const existing of [false, true]) {
    test(`is told of each unreadable entry, and all else is copied, ${existing ? 'over what stands there' : 'to a new place'}`, async () => {
      const source = ownTree([
        { path: 'file', kind: 'file', content: 'x' },
        { path: 'shut file', kind: 'file', content: 'x', mode: '000' },
        { path: 'folder/inside', kind: 'file', content: 'x' },
        { path: 'folder/shut', kind: 'file', content: 'x', mode: '200' },
        { path: 'shut folder/inside', kind: 'file', content: 'x' },
        { path: 'shut folder', kind: 'folder', mode: '000' },
        { path: 'no search/inside', kind: 'file', content: 'x' },
        { path: 'no search', kind: 'folder', mode: '600' },
        { path: 'no list/inside', kind: 'file', content: 'x' },
        { path: 'no list', kind: 'folder', mode: '300' },
        { path: 'read-only', kind: 'file', content: 'x', mode: '400' },
        { path: 'read-only folder/inside', kind: 'file', content: 'x' },
        { path: 'read-only folder', kind: 'folder', mode: '500' },
        { path: 'link', kind: 'link', target: 'shut file' },
      ]);
      if (existing) ownTree([{ path: 'file', kind: 'file', content: 'old', mode: '400' }], 'copy', source);
      const { copy, status, stderr, stdout } = await commandCopy(source, [], nobody);
      expect(status).toBe(1);
      const failed = ['folder/shut', 'no list', 'no search/inside', 'shut file', 'shut folder'];
      expect(stderr.split('\n').filter(Boolean).sort()).toEqual(
        failed.map(path =>
          expect.stringMatching(
            new RegExp(`^folder-copy: ${source}/${path}: .*permission denied \\(EACCES\\)$`),
          ),
        ),
      );
      expect(stdout).toMatch(/^5 files, 3 folders, .* 5 failed/);
      const missing = [
        'folder/shut',
        'no list',
        'no list/inside',
        'no search/inside',
        'shut file',
        'shut folder',
        'shut folder/inside',
      ];
      const [from, to] = [treeSnapshot(source), treeSnapshot(copy)];
      expect(compareTrees(new Map([...from].filter(([path]) => !missing.includes(path))), to)).toEqual([]);
    });
  }

  test('is refused a source that cannot be read and a place that cannot be written', async () => {
    const shut = ownTree([{ path: '.', kind: 'folder', mode: '000' }]);
    expect(await commandCopy(shut, [], nobody)).toMatchObject({ status: 2, stdout: '' });
    const source = ownTree([{ path: 'x', kind: 'file', content: 'x' }]);
    shell(dirname(source), 'mkdir -m 755 closed');
    const refused = await commandCopy(source, [], { ...nobody, copy: join(dirname(source), 'closed/copy') });
    expect(refused).toMatchObject({ status: 2, stdout: '' });
  });

  for (const mode of ['555', '444', '000']) {
    test(`updates a destination of its own whose mode is ${mode}`, async () => {
      const source = ownTree([
        { path: '.', kind: 'folder', mode: '555' },
        { path: 'x', kind: 'file', content: 'new' },
      ]);
      const entries: TreeEntry[] = [
        { path: '.', kind: 'folder', mode },
        { path: 'x', kind: 'file', content: 'old' },
      ];
      const copy = ownTree(entries, 'copy', source);
      // What it holds can be looked at only where that mode allows.
      const dry = await commandCopy(source, ['-n'], nobody);
      expect(dry.status).toBe(mode === '555' ? 0 : 1);
      expect(statSync(copy).mode & 0o777).toBe(Number.parseInt(mode, 8));
      expect(await commandCopy(source, [], nobody)).toMatchObject({ status: 0, stderr: '' });
      expect(compareTrees(source, copy)).toEqual([]);
    });
  }

  test('gives a destination its mode back where the run is refused, or stops', async () => {
    const source = ownTree([{ path: 'x', kind: 'file', size: 3_000_000 }]);
    const copy = ownTree([{ path: '.', kind: 'folder', mode: '555' }], 'copy', source);
    const first = startCommand(['--bwlimit', '50k', source, copy], nobody);
    await until('it is at work', () => readdirSync(copy).length > 1);
    expect(await commandCopy(source, [], nobody)).toMatchObject({ status: 2 });
    first.child.kill('SIGINT');
    await first.finished;
    expect(statSync(copy).mode & 0o777).toBe(0o555);
    expect(readdirSync(copy)).toEqual([]);
  });

  test("fails where another user's folder in the destination may not be written in, and leaves it", async () => {
    const source = ownTree([
      { path: 'a/x', kind: 'file', content: 'x' },
      { path: 'b/x', kind: 'file', content: 'x' },
    ]);
    const copy = ownTree([{ path: 'a/old', kind: 'file', content: 'x' }], 'copy', source);
    shell(copy, 'chown 0:0 a; chmod 755 a');
    const { status, stderr } = await commandCopy(source, [], nobody);
    expect(status).toBe(1);
    expect(stderr).toMatch(/\/a\/x: cannot be created: permission denied \(EACCES\)\n/);
    expect([...treeSnapshot(copy).keys()]).toEqual(['', 'a', 'a/old', 'b', 'b/x']);
  });
});
