import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { killIfThere, waitForNoProcesses } from '../helpers/processes.js';
import { runCommand, startCommand } from '../helpers/run-command.js';
import { command, quoted, runShell } from './run-shell.js';
import {
  differences,
  expectCalmEnd,
  expectCompleted,
  makeMany,
  makePlaces,
  ourNamesIn,
  until,
} from './system-places.js';

describe('limits', () => {
  test('`ulimit -n 64` is no failure, in a deep and wide tree', async () => {
    const source = makeTree([
      ...Array.from(
        { length: 40 },
        (_, n) => ({ path: `${'deep/'.repeat(n)}file`, kind: 'file', size: n }) as const,
      ),
      ...Array.from({ length: 300 }, (_, n) => ({ path: `${n % 60}/${n}`, kind: 'file', size: n }) as const),
    ]);
    const destination = join(dirname(source), 'copy');
    const result = await runShell(`ulimit -n 64; ${command} ${quoted(source)} ${quoted(destination)}`);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(source, destination)).toEqual([]);
  });

  test('a file larger than `ulimit -f` allows, written short at the border, is a failed entry', async () => {
    const places = makePlaces();
    const line = `${command} ${quoted(places.source)} ${quoted(places.destination)}`;
    const result = await runShell(`trap '' XFSZ; ulimit -f 300; ${line}`);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^folder-copy: [^\n]*\/a: [^\n]* \(EFBIG\)\n$/);
    expect(differences(places)).toEqual(['missing: "a" (file)']);
  });
});

describe('what goes away in mid-copy', () => {
  test('the destination is removed: it ends with 1, without a word of Node', async () => {
    const places = makeMany();
    const run = startCommand(['--bwlimit', '50k', places.source, places.destination]);
    await until(() => existsSync(join(`${places.destination}.partial`, 'folder')));
    await delay(200);
    // The run goes on making files while they are removed.
    await until(() => isRemoved(`${places.destination}.partial`));
    const result = await run.finished;
    expectCalmEnd(result, 1);
    await waitForNoProcesses(run.processes);
  });

  test('a standing destination is removed: it ends with 1', async () => {
    const places = makeMany();
    mkdirSync(places.destination);
    const run = startCommand(['--bwlimit', '50k', places.source, places.destination]);
    await until(() => readdirSync(places.destination).includes('folder'));
    await until(() => isRemoved(places.destination));
    expectCalmEnd(await run.finished, 1);
    await waitForNoProcesses(run.processes);
  });
});

describe('streams and signals', () => {
  const streams: [title: string, line: (copy: string) => string, status: number, says: RegExp][] = [
    [
      'standard output on /dev/full: one line, status 1',
      copy => `${copy} > /dev/full`,
      1,
      /^folder-copy: [^\n]*ENOSPC[^\n]*\n$/,
    ],
    // Node opens /dev/null in their place.
    ['standard output closed', copy => `${copy} >&-`, 0, /^$/],
    ['standard error on /dev/full', copy => `${copy} 2> /dev/full`, 0, /^$/],
    ['standard error closed', copy => `${copy} 2>&-`, 0, /^$/],
    ['all streams closed', copy => `${copy} <&- >&- 2>&-`, 0, /^$/],
    ['a reader that closes the pipe', copy => `{ ${copy}; echo $? >&2; } | true`, 0, /^141\n$/],
  ];
  for (const [title, line, status, says] of streams) {
    test(`${title}: the copy is whole`, async () => {
      const places = makePlaces();
      const result = await runShell(
        line(`${command} ${quoted(places.source)} ${quoted(places.destination)}`),
      );
      expect(result.stderr).toMatch(says);
      expect(result.status).toBe(status);
      if (!title.includes('reader')) expect(compareTrees(places.source, places.destination)).toEqual([]);
      else
        expect(
          compareTrees(
            places.source,
            existsSync(places.destination) ? places.destination : `${places.destination}.partial`,
          ).filter(line => !line.startsWith('the root') && !line.includes('.folder-copy')),
        ).toEqual([]);
    });
  }

  test('a second SIGINT ends it at once, and the next run goes on', async () => {
    for (let tries = 1; ; tries += 1) {
      const places = makeMany();
      const run = startCommand(['--bwlimit', '50k', places.source, places.destination]);
      await until(() => existsSync(join(`${places.destination}.partial`, 'folder')));
      for (const worker of run.descendants()) killIfThere(worker, 'SIGSTOP');
      run.child.kill('SIGINT');
      await run.sees(/SIGINT: stopping/);
      run.child.kill('SIGINT');
      const { signal, stdout } = await run.finished;
      // On a busy machine the second may come when the first has done its work.
      if (stdout !== '' && tries < 5) continue;
      expect({ signal, stdout }).toEqual({ signal: 'SIGINT', stdout: '' });
      for (const worker of run.processes()) killIfThere(worker, 'SIGCONT');
      await expectCompleted(places);
      return;
    }
  });

  test('SIGINT says so, what was done and how to go on, and leaves no temporary name in a standing destination', async () => {
    const places = makeMany();
    mkdirSync(places.destination);
    const run = startCommand(['--bwlimit', '50k', places.source, places.destination]);
    await until(() => readdirSync(places.destination).includes('folder'));
    run.child.kill('SIGINT');
    const result = await run.finished;
    expect(result.signal).toBe('SIGINT');
    expect(result.stderr).toMatch(
      /^folder-copy: SIGINT: stopping\nfolder-copy: [^\n]*run the same command again to resume \(SIGINT\)\n$/,
    );
    expect(result.stdout).toMatch(/^\d+ files?, .* -> .*\/copy\n$/);
    expect(ourNamesIn(places.destination)).toEqual([]);
    await expectCompleted(places);
  });

  test("Node's warnings never reach standard error", async () => {
    const places = makePlaces();
    const env = { NODE_PENDING_DEPRECATION: '1', NODE_OPTIONS: '--trace-warnings' };
    const result = await runCommand([places.source, places.destination], { env });
    expect(result).toMatchObject({ status: 0, stderr: '' });
  });
});

function isRemoved(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return !existsSync(folder);
  } catch {
    return false; // something was made in it meanwhile
  }
}
