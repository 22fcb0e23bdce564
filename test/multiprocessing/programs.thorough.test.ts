import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { isRunning } from '../helpers/processes.js';
import { projectRoot } from '../helpers/project-root.js';
import { until } from '../helpers/running.js';

// The three programs of the origin, run as a user runs them.

const tsx = join(projectRoot, 'node_modules/.bin/tsx');
const program = (name: string) => join(projectRoot, 'fixtures/multiprocessing', name);

test('two processes print in turn, both at work at once', async () => {
  const child = spawn(tsx, [program('two-processes.ts')], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines = { '1--------': 0, '--------2': 0 };
    let text = '';
    for await (const part of child.stdout) {
      text += String(part);
      lines['1--------'] = text.split('1--------').length - 1;
      lines['--------2'] = text.split('--------2').length - 1;
      if (lines['1--------'] >= 2 && lines['--------2'] >= 2) break;
    }
    expect(text.replaceAll(/1--------\n|--------2\n/g, '')).toBe('');
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL'); // the group: as Ctrl-C would
    await once(child, 'exit');
  }
});

test('the list of the downloader arrives in the analyser', async () => {
  const { stdout } = await promisify(execFile)(tsx, [program('queue.ts')]);
  const lines = stdout.trimEnd().split('\n').sort();
  expect(lines).toEqual(['[11, 22, 33, 44]', '下载器已经下载完了数据并且存入到队列q中。。。。']);
});

test('ten tasks run on three processes, three at once at most, and the end comes last', async () => {
  const { stdout } = await promisify(execFile)(tsx, [program('pool.ts')]);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe('----start----');
  expect(lines.at(-1)).toBe('----end----');
  const pids = new Set<string>();
  const running = new Set<string>();
  const done = new Set<string>();
  let most = 0;
  for (const line of lines.slice(1, -1)) {
    const [, began, pid] = /^(\d)开始执行，进程号为(\d+)$/.exec(line) ?? [];
    const [, ended] = /^(\d)执行完毕，耗时\d\.\d\d$/.exec(line) ?? [];
    if (began !== undefined && pid !== undefined) {
      running.add(began);
      pids.add(pid);
    } else if (ended !== undefined) {
      expect(running.delete(ended)).toBe(true);
      done.add(ended);
    } else {
      throw new Error(`unexpected line: ${line}`);
    }
    most = Math.max(most, running.size);
  }
  expect([pids.size, done.size, running.size, most]).toEqual([3, 10, 0, 3]);
});

test('a program ends by itself although its pool is idle and not closed, and its worker with it', async () => {
  const script = join(projectRoot, 'dist/test/multiprocessing/idle-pool.js');
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const { result, pid } = JSON.parse(stdout) as { result: number; pid: number };
  expect(result).toBe(42);
  await until('the worker is gone', () => !isRunning(pid));
});
