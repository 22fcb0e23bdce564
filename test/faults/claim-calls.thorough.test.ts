import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { runCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import { claimName } from './dead-run.js';
import { runWithFaults } from './run-shell.js';

interface Places {
  source: string;
  destination: string;
  partial: string;
}

function places(): Places {
  const source = makeTree([{ path: 'file', kind: 'file', content: 'x' }]);
  const destination = join(scratchFolder(), 'copy');
  return { source, destination, partial: `${destination}.partial` };
}

describe(
  'a call that fails before anything is copied is one line, and leaves nothing',
  needs('strace'),
  () => {
    const faults: [title: string, inject: string, at: (places: Places) => string][] = [
      ['the way to the source', 'readlink:error=EIO', ({ source }) => source],
      ['the folder, once it is claimed', 'openat:error=EIO:when=2', ({ partial }) => partial],
      ['the mark', 'openat:error=ESTALE', ({ partial }) => join(partial, '.folder-copy.mark')],
    ];
    for (const [title, inject, at] of faults) {
      test(title, async () => {
        const scene = places();
        const { source, destination, partial } = scene;
        const { status, stderr } = await runWithFaults([inject], [at(scene)], [source, destination]);
        expect([status, stderr]).toEqual([
          2,
          expect.stringMatching(/^folder-copy: [^\n]*: input\/output error \(EIO\)\n$|stale/),
        ]);
        expect(stderr.match(/\n/g)).toHaveLength(1);
        expect([destination, partial].filter(existsSync)).toEqual([]);
      });
    }

    test('but a claim that cannot be removed is said, with its path', async () => {
      const { source, destination } = places();
      mkdirSync(destination);
      const claim = join(destination, claimName);
      const { status, stderr } = await runWithFaults(['unlink:error=EIO'], [claim], [source, destination]);
      expect(stderr).toMatch(
        /^folder-copy: [^\n]*the claim of this run cannot be removed: [^\n]*; remove [^\n]*\n/,
      );
      expect(status).toBe(1);
      expect(existsSync(claim)).toBe(true);
    });
  },
);

test('an append-only folder, in which nothing can be renamed, is refused and left as it is', async context => {
  const root = mountOrSkip(context, { type: 'ext4' });
  const source = makeTree([{ path: 'file', kind: 'file', content: 'x' }]);
  const folder = join(root, 'folder');
  mkdirSync(folder);
  shell(root, 'chattr +a folder');
  onTestFinished(() => void shell(root, 'chattr -a folder'));
  for (const copy of [folder, join(folder, 'new')]) {
    const { status, stderr } = await commandCopy(source, [], { copy });
    expect([status, stderr]).toEqual([2, expect.stringMatching(/is append-only: .*\(EPERM\)\n$/)]);
    expect(readdirSync(folder)).toEqual([]);
  }
});

const planted: [title: string, plant: (path: string) => void][] = [
  ['a folder', path => mkdirSync(path)],
  ['a link', path => symlinkSync('/etc/hostname', path)],
  ['a FIFO', path => void shell('/', `mkfifo '${path}'`)],
];
for (const [title, plant] of planted) {
  test(`${title} under the name of a mark is no mark, and under that of a claim no claim`, async () => {
    const { source, destination } = places();
    mkdirSync(destination);
    plant(join(destination, '.folder-copy.mark'));
    expect(await runCommand([source, destination])).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(source, destination).filter(line => !line.includes('.mark'))).toEqual([]);
    plant(join(destination, claimName));
    const { status, stderr } = await runCommand([source, destination]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/is not a readable claim; .*\(EBUSY\)\n$/)]);
  });
}
