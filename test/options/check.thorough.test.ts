import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wholeCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { randomTree } from '../helpers/random-tree.js';
import { commandPath, startCommand } from '../helpers/run-command.js';
import { runInTerminal } from '../helpers/run-in-terminal.js';
import { shell } from '../helpers/shell.js';
import { tracedCopy } from '../helpers/traced-copy.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import {
  checked,
  file,
  folder,
  inEitherOrder,
  mtime,
  mutations,
  sameTimes,
  twoTrees,
  victims,
} from './check-trees.js';
import { flip } from './flip-byte.js';

describe('--check tells, in one line,', () => {
  for (const [title, , change, line] of mutations) {
    test(`${title}`, async () => {
      const [source, copy] = twoTrees(victims, victims);
      shell(copy, `${change}\n${sameTimes}`);
      const { status, differences, stderr } = await checked(source, copy);
      expect(inEitherOrder(differences)).toEqual([line]);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^1 difference, \d+ files, \d+ folders compared in .* -> .*copy\n$/);
    });
  }
});

describe('--check and a real copy', () => {
  test('are of one mind on random trees; of each change afterwards it has exactly its line', async () => {
    await fc.assert(
      fc.asyncProperty(randomTree(), async entries => {
        const source = makeTree([...entries, ...victims]);
        const copy = await wholeCopy(source, ['-q']);
        expect(await checked(source, copy, ['--verify', '-w', '2'])).toMatchObject({ status: 0, stdout: '' });
        const rootTime = statSync(source, { bigint: true }).mtimeNs;
        shell(copy, mutations.map(([, , change]) => change).join('\n'));
        shell(copy, `touch -d @1234567890.123456789 victims; touch -d @${seconds(rootTime)} .`);
        const { status, differences } = await checked(source, copy, ['--verify']);
        expect(inEitherOrder(differences)).toEqual(mutations.map(([, , , line]) => line).sort());
        expect(status).toBe(1);
      }),
      { numRuns: 5, seed: 20261123 },
    );
  });
});

function seconds(timeNs: bigint): string {
  return `${timeNs / 1_000_000_000n}.${String(timeNs % 1_000_000_000n).padStart(9, '0')}`;
}

describe('--check obeys', () => {
  test('-x: what is in a folder on another file system is not missed', async context => {
    const mount = mountOrSkip(context, { type: 'tmpfs' });
    const source = dirname(mount);
    makeTree([file('here'), file('root/there')], source);
    const copy = await wholeCopy(source, ['-x', '-q'], { copy: join(makeTree([]), 'copy') });
    expect(await checked(source, copy, ['-x'])).toMatchObject({ status: 0, stdout: '' });
    shell(
      copy,
      'touch -r root mark; touch root/new; touch -r mark root; rm mark; touch -r "$SOURCE" .'.replace(
        '$SOURCE',
        source,
      ),
    );
    expect(await checked(source, copy, ['-x'])).toMatchObject({ status: 0, stdout: '' });
    expect((await checked(source, copy)).differences).toEqual(['extra root/new', 'missing root/there']);
  });
});

describe('--check leaves everything as it is:', () => {
  /** Older than what was written last, so that a read would move it where access times are kept at all. */
  const times = { mtime, atime: '1000000000000000000' };
  const entries: TreeEntry[] = [
    { path: 'file', kind: 'file', content: 'short', ...times },
    { path: 'differs', kind: 'file', content: 'short', ...times },
    { path: 'folder/file', kind: 'file', content: 'short', ...times },
    { path: 'folder', kind: 'folder', ...times },
    { path: 'link', kind: 'link', target: 'nowhere', mtime },
    { path: '.', kind: 'folder', ...times },
  ];

  test('the kernel is asked for nothing that writes, by any process', needs('strace'), async () => {
    const source = makeTree(entries);
    const scratch = dirname(source);
    const copy = makeTree([file('differs'), file('extra'), folder('folder')], join(scratch, 'copy'));
    const { calls, status } = await tracedCopy(
      ['-e', 'trace=%file,%desc'],
      ['--check', '--verify'],
      source,
      copy,
    );
    expect(status).toBe(1);
    const writing =
      /\b(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|(mk|rm|un|re|ch|f?trunc|sym|utime|link|f?set|f?ch)\w*\()/;
    const ours = calls.filter(call => call.includes(scratch));
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.filter(call => writing.test(call.replace(/readlink\w*\(/, '')))).toEqual([]);
  });
});

describe('--check goes to its end', () => {
  const many: TreeEntry[] = Array.from({ length: 60 }, (_, n) => ({
    path: `${n % 7}/${n}`,
    kind: 'file',
    size: 50_000,
    mtime,
  }));

  test('with a worker that is killed, and misses nothing', async () => {
    const source = makeTree(many);
    const copy = await wholeCopy(source, ['-q']);
    shell(copy, 'rm 3/3');
    const run = startCommand(['--check', '--verify', '--bwlimit', '400k', source, copy]);
    await run.sees(/time 3/);
    const [worker] = run.descendants();
    if (worker === undefined) throw new Error('there is no worker');
    process.kill(worker, 'SIGKILL');
    const { status, stdout, stderr } = await run.finished;
    expect({ status, lines: stdout.split('\n').sort() }).toEqual({
      status: 1,
      lines: ['', 'missing 3/3', expect.stringMatching(/^time 3: /)],
    });
    expect(stderr).toMatch(/^2 differences, 60 files, 7 folders compared/);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`at ${signal}, by that signal, with no process left`, async () => {
      const source = makeTree(many);
      const copy = await wholeCopy(source, ['-q']);
      shell(copy, 'rm 0/0');
      const run = startCommand(['--check', '--verify', '--bwlimit', '50k', source, copy]);
      await run.sees(/missing/);
      run.child.kill(signal);
      const { signal: ended, stderr } = await run.finished;
      expect(ended).toBe(signal);
      expect(stderr).toMatch(
        new RegExp(`stopped before everything was compared \\(${signal}\\)\n.* not reached -> `),
      );
      expect(run.processes()).toEqual([]);
    });
  }

  test('where the reader is slow, with every line', async () => {
    const [source, copy] = twoTrees([], []);
    const name = 'an-extra-file-with-a-very-long-name-so-that-the-pipe-is-full-soon';
    for (let n = 0; n < 20_000; n += 1) writeFileSync(join(copy, `${name}-${n}`), '');
    shell(copy, 'touch -d @1234567890.123456789 .');
    const run = startCommand(['--check', source, copy]);
    run.child.stdout?.pause();
    await delay(700);
    run.child.stdout?.resume();
    const { stdout, status } = await run.finished;
    expect(status).toBe(1);
    expect(new Set(stdout.split('\n')).size).toBe(20_001);
  });

  test('in a big folder, with one missing and one extra', async () => {
    const [source, copy] = twoTrees([], []);
    shell(source, 'touch -d @0 $(seq 10000); touch -d @1234567890.123456789 .');
    shell(copy, 'touch -d @0 $(seq 10000); rm 777; touch x; touch -d @1234567890.123456789 .');
    const { differences, stderr } = await checked(source, copy);
    expect(differences).toEqual(['extra x', 'missing 777']);
    expect(stderr).toMatch(/^2 differences, 10000 files, 0 folders/);
  });

  test('with 64 open files allowed', async () => {
    const [source] = twoTrees([], []);
    const grow =
      'for a in 1 2 3 4 5 6; do for b in 1 2 3 4 5 6; do mkdir -p $a/$b/c/d/e; touch $a/$b/c/d/e/f; done; done';
    shell(source, grow);
    shell(dirname(source), 'cp -a source/. copy');
    const command = `ulimit -n 64; exec '${process.execPath}' '${commandPath}' --check --verify -w 5 source copy 2>&1`;
    expect(shell(dirname(source), command)).toMatch(/^no differences, 36 files, 150 folders compared/);
  });
});

test('--check --verify reads holes too, and finds what stands where the other file has one', async () => {
  const size = 2 * 1024 ** 3;
  const [source, copy] = twoTrees([], []);
  for (const tree of [source, copy]) {
    writeFileSync(join(tree, 'sparse'), 'data');
    truncateSync(join(tree, 'sparse'), size);
  }
  shell(dirname(source), 'touch -d @1234567890.123456789 */sparse source copy');
  expect(await checked(source, copy, ['--verify'])).toMatchObject({ status: 0, stdout: '' });
  flip(copy, 'sparse', size / 2);
  const { stdout } = await checked(source, copy, ['--verify']);
  expect(stdout).toBe(`content sparse: at byte ${size / 2}\n`);
});

test('--check ends where the reader has gone, quietly', async () => {
  const [source, copy] = twoTrees([], []);
  shell(copy, 'touch $(seq 3000)');
  const run = startCommand(['--check', source, copy]);
  run.child.stdout?.destroy();
  expect(await run.finished).toMatchObject({ status: 141, stderr: '' });
});

test('--check has a bar at the terminal, and its lines come above it', needs('script'), async () => {
  const [source, copy] = twoTrees([file('gone'), file('same')], [file('same')]);
  const { status, output } = await runInTerminal(['--check', source, copy]);
  expect(status).toBe(1);
  expect(output).toMatch(/missing gone\r\n/);
  expect(output).toMatch(/100\.00%.*2\/2 files/);
});
