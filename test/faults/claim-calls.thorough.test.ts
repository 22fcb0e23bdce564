import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, isRoot } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { runCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import { claimName, makeDeadRun } from './dead-run.js';
import { command, quoted, runShell, runWithFaults } from './run-shell.js';

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

    for (const code of ['EIO', 'EPERM']) {
      test(`but a claim that cannot be removed (${code}) is said, with its path, and the copy is whole`, async () => {
        const { source, destination } = places();
        chmodSync(source, 0o555);
        mkdirSync(destination);
        const claim = join(destination, claimName);
        const faults = [`unlink:error=${code}`];
        const { status, stderr } = await runWithFaults(faults, [claim], [source, destination]);
        const line =
          /^folder-copy: [^\n]*: the claim of this run cannot be removed: [^\n]*; remove [^\n]*\n$/;
        expect([status, stderr]).toEqual([1, expect.stringMatching(line)]);
        expect(stderr).toContain(`(${code})\n`);
        expect(existsSync(claim)).toBe(true);
        expect(compareTrees(source, destination).filter(line => !line.includes(claimName))).toEqual([]);
      });
    }
  },
);

test('an append-only folder, in which nothing can be renamed, is refused and left as it is', async context => {
  const root = mountOrSkip(context, { type: 'ext4' });
  const source = makeTree([{ path: 'file', kind: 'file', content: 'x' }]);
  const folder = join(root, 'folder');
  mkdirSync(folder);
  shell(root, 'chattr +a folder');
  onTestFinished(() => void shell(root, 'chattr -a folder'));
  for (const copy of [folder, join(folder, 'new'), join(folder, 'new/deeper')]) {
    for (const options of [[], ['-n']]) {
      const { status, stderr } = await commandCopy(source, options, { copy });
      expect([status, stderr]).toEqual([2, expect.stringMatching(/is append-only: .*\(EPERM\)\n$/)]);
      expect(readdirSync(folder)).toEqual([]);
    }
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

describe('what other runs and users have left in a destination holds nobody up', { skip: !isRoot }, () => {
  const nobody = { uid: 65534, gid: 65534 };

  test('a file of a rival, in a folder in which only its owner may remove it, and a mark that cannot be read', async () => {
    const { source, destination } = places();
    mkdirSync(destination);
    for (const folder of [source, destination]) chmodSync(dirname(folder), 0o755);
    chmodSync(destination, 0o1777);
    const left = [`${claimName}.aaaa`, '.folder-copy.mark'];
    for (const name of left) writeFileSync(join(destination, name), '', { mode: 0o600 });
    const { status, stderr } = await runCommand(['-q', source, destination], nobody);
    expect([status, stderr]).toEqual([0, '']);
    expect(readdirSync(destination).sort()).toEqual([...left, 'file'].sort());
  });

  test('a folder under the name of a rival', async () => {
    const { source, destination } = places();
    makeTree([{ path: `${claimName}.x/kept`, kind: 'file', content: '' }], destination);
    expect(await runCommand([source, destination])).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(destination).sort()).toEqual([`${claimName}.x`, 'file']);
  });

  test('but the claim of a dead run that only its owner may replace is refused, with its path', async () => {
    const { destination, source } = await makeDeadRun(true, claim => claim);
    chmodSync(dirname(source), 0o755);
    chmodSync(destination, 0o1777);
    const claim = join(destination, claimName);
    chmodSync(claim, 0o644);
    const { status, stderr } = await runCommand([source, destination], nobody);
    const line = `${claim}: is the claim of a run that has died, and cannot be replaced: `;
    expect([status, stderr]).toEqual([2, expect.stringContaining(line)]);
    expect(stderr).toMatch(/^[^\n]* \(EPERM\)\n$/);
  });
});

test(
  'a root that the run has no right in any more, once it is its owner’s, is finished all the same',
  needs('setpriv'),
  async context => {
    if (!isRoot) context.skip();
    const { source, destination } = places();
    chmodSync(source, 0o555);
    chownSync(source, 1000, 1000);
    mkdirSync(destination);
    const words = [source, destination].map(quoted).join(' ');
    const { status, stderr } = await runShell(`setpriv --bounding-set=-dac_override ${command} ${words}`);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^[^\n]*the claim of this run cannot be removed[^\n]*\n$/),
    ]);
    const { mode, uid } = statSync(destination);
    expect([mode & 0o7777, uid]).toEqual([0o555, 1000]);
  },
);
