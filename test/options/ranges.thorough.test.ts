import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { killIfThere, waitForNoProcesses } from '../helpers/processes.js';
import { startCommand } from '../helpers/run-command.js';
import { tracedCopy } from '../helpers/traced-copy.js';

const size = 100 * 1024 * 1024 + 12_345;
const tree = () =>
  makeTree([{ path: 'large', kind: 'file', size, mode: '640', mtime: '1234567890123456789' }]);

describe('a file of 100 MiB', () => {
  for (const existing of [false, true]) {
    test(`is the same with 1, 2 and 5 workers, in ${existing ? 'an existing' : 'a new'} destination`, async () => {
      const source = tree();
      for (const workers of [1, 2, 5]) {
        const copy = join(dirname(source), `copy ${workers}`);
        if (existing) makeTree([{ path: 'large', kind: 'file', content: 'old' }], copy);
        const { how, report } = await toldCopy(source, { workers, reflink: 'never' }, copy);
        expect(how).toEqual({ large: 'streamed' });
        expect(report).toMatchObject({ files: 1, bytes: size });
        expect(compareTrees(source, copy)).toEqual([]);
      }
    });

    test(`that changes while its ranges are read is never torn, in ${existing ? 'an existing' : 'a new'} destination`, async () => {
      const source = tree();
      const copy = join(dirname(source), 'copy');
      if (existing) makeTree([{ path: 'large', kind: 'file', content: 'old' }], copy);
      const { status, stderr, writes } = await copyWhileWriting(source, copy);
      expect(writes).toBeGreaterThan(0);
      const path = join(copy, 'large');
      const standing = statSync(path, { throwIfNoEntry: false });
      if (status === 0) {
        // It held still for long enough: both ends are of one moment.
        const content = readFileSync(path);
        expect(content.length).toBe(size);
        expect(content.subarray(-markBytes)).toEqual(content.subarray(0, markBytes));
      } else {
        expect(stderr).toBe(`folder-copy: ${source}/large: it changed while it was read (CHANGED)\n`);
        expect(standing?.size).toBe(existing ? 3 : undefined);
      }
    });
  }
});

test(
  'a large file that is slow to write is written by several workers at once',
  needs('strace'),
  async () => {
    // Five ranges: where there is but one processor, a worker is added only for what waits behind two of them.
    const source = makeTree([{ path: 'large', kind: 'file', size: 160 * 1024 * 1024 }]);
    const slow = ['-e', 'trace=pwritev', '-e', 'inject=pwritev:delay_exit=10000'];
    const { status, stderr, copy, calls } = await tracedCopy(slow, ['--reflink', 'never'], source);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const writers = new Set(calls.filter(call => call.includes('/large>')).map(call => call.split(' ')[0]));
    expect(writers.size).toBeGreaterThan(1);
    expect(compareTrees(source, copy)).toEqual([]);
  },
);

test('a large file that a filled folder stood in for is copied on resuming', async () => {
  const source = tree();
  const copy = join(dirname(source), 'copy');
  const first = startCommand(['--bwlimit', '1m', source, copy]);
  const deadline = Date.now() + 30_000;
  while (!grows(copy)) {
    if (Date.now() > deadline) throw new Error('nothing grows');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  for (const pid of first.processes()) killIfThere(pid, 'SIGKILL');
  await first.finished;
  await waitForNoProcesses(first.processes);
  rmSync(join(`${copy}.partial`, 'large'));
  makeTree([{ path: 'large/in the way', kind: 'file', content: 'x' }], `${copy}.partial`);
  const { how } = await toldCopy(source, { workers: 2, reflink: 'never' }, copy);
  expect(how).toEqual({ large: 'streamed' });
  expect(compareTrees(source, copy)).toEqual([]);
});

const markBytes = 9;

/** Whether the large file is there in part: under its own name in a new copy, else under a temporary one. */
function grows(copy: string): boolean {
  const isNew = existsSync(`${copy}.partial`);
  if (!isNew && !existsSync(copy)) return false;
  const names = readdirSync(isNew ? `${copy}.partial` : copy);
  return names.some(name =>
    isNew ? name === 'large' : /^\.folder-copy\.[0-9a-f]{16}\.[0-9a-f]{12}$/.test(name),
  );
}

/** The first and the last bytes change together, ten times, from the moment that the copy grows. */
async function copyWhileWriting(source: string, copy: string) {
  const file = openSync(join(source, 'large'), 'r+');
  const change = (number: number) => {
    const mark = Buffer.from(`change ${String(number).padStart(2)}`);
    writeSync(file, mark, 0, markBytes, 0);
    writeSync(file, mark, 0, markBytes, size - markBytes);
  };
  change(0);
  const running = startCommand(['--reflink', 'never', '--bwlimit', '20m', source, copy]);
  let ended = false;
  running.finished.finally(() => (ended = true)).catch(() => {});
  let writes = 0;
  while (!ended && writes < 10) {
    if (grows(copy)) {
      writes += 1;
      change(writes);
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  closeSync(file);
  return { ...(await running.finished), writes };
}
