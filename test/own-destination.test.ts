import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commandCopy } from './helpers/copies.js';
import { canMount } from './helpers/file-systems.js';
import { makeTree } from './helpers/make-tree.js';
import { runCommand } from './helpers/run-command.js';
import { shell } from './helpers/shell.js';
import { treeSnapshot } from './helpers/tree-snapshot.js';

// A source that leads to where its copy is written: without care the copy would hold itself, ever deeper.

const refusal = (path: string): RegExp =>
  new RegExp(`^folder-copy: ${path}: it is the destination of this copy, [^\n]* \\(EINVAL\\)\n$`);

/** A source with `to`, in which its copy `to/copy` is to lie, in reach by `source/to`. */
function place(link: boolean): { source: string; copy: string } {
  const source = makeTree([
    { path: 'file', kind: 'file', content: 'x' },
    link ? { path: 'to', kind: 'link', target: '../to' } : { path: 'to', kind: 'folder' },
  ]);
  const to = makeTree([{ path: 'other', kind: 'file', content: 'y' }], join(dirname(source), 'to'));
  return { source, copy: join(to, 'copy') };
}

const namesIn = (root: string): string[] => [...treeSnapshot(root).keys()].filter(Boolean).sort();

describe('by a link that is followed', () => {
  test('a new one: a failed entry, and all else is copied', async () => {
    const { source, copy } = place(true);
    const { status, stderr } = await commandCopy(source, ['-L'], { copy });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(refusal(`${source}/to/copy.partial`)),
    });
    expect(namesIn(copy)).toEqual(['file', 'to', 'to/other']);
  });

  test.each([['-L'], ['-L', '-n']])('one that stands: %s %s', async (...options) => {
    const { source, copy } = place(true);
    makeTree([{ path: 'file', kind: 'file', content: 'x' }], copy);
    const { status, stderr } = await commandCopy(source, options, { copy });
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^folder-copy: ${source}/to/copy: .* \\(EINVAL\\)$`, 'm'));
    expect(namesIn(copy)).not.toContain('to/copy');
  });

  test('one that is excluded is no matter', async () => {
    const { source, copy } = place(true);
    const { status } = await commandCopy(source, ['-L', '--exclude', '/to/copy.partial'], { copy });
    expect(status).toBe(0);
    expect(namesIn(copy)).toEqual(['file', 'to', 'to/other']);
  });
});

test.skipIf(!canMount({ type: 'tmpfs' }))('by a mount: a failed entry, and all else is copied', async () => {
  const { source, copy } = place(false);
  const point = join(source, 'to');
  shell('/', `mount --bind '${dirname(copy)}' '${point}'`);
  onTestFinished(() => void shell('/', `umount '${point}'`));
  const { status, stderr } = await runCommand([source, copy]);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(refusal(`${source}/to/copy.partial`)),
  });
  expect(namesIn(copy)).toEqual(['file', 'to', 'to/other']);
});
