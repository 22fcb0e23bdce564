import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { type CommandResult, runCommand } from '../helpers/run-command.js';

export interface Places {
  source: string;
  destination: string;
}

export function makePlaces(destination?: string): Places {
  const source = makeTree([
    { path: 'a', kind: 'file', size: 700_000 },
    { path: 'b', kind: 'file', size: 3000 },
    { path: 'folder/c', kind: 'file', size: 3000 },
  ]);
  return { source, destination: destination ?? join(dirname(source), 'copy') };
}

/** 3 MiB in 300 files. */
export function makeMany(destination?: string): Places {
  const source = makeTree(
    Array.from({ length: 300 }, (_, n) => ({ path: `folder/${n}`, kind: 'file', size: 10_486 }) as const),
  );
  return { source, destination: destination ?? join(dirname(source), 'copy') };
}

export function differences({ source, destination }: Places): string[] {
  return compareTrees(source, destination).filter(line => !line.startsWith('the root: mtime'));
}

/** The same command once more, where the destination stands with `--if-exists update`. */
export async function expectCompleted({ source, destination }: Places): Promise<void> {
  const result = await runCommand(['--if-exists', 'update', source, destination]);
  expect(result).toMatchObject({ status: 0, stderr: '' });
  expect(compareTrees(source, destination)).toEqual([]);
  expect(existsSync(`${destination}.partial`)).toBe(false);
}

/** The status that it should be, lines of our own, and no word of Node's. */
export function expectCalmEnd({ status, stderr }: CommandResult, expected: number): void {
  const strange = stderr
    .split('\n')
    .filter(line => line !== '' && !/^folder-copy: .* \([A-Z_]+\)$/.test(line));
  expect({ status, strange }).toEqual({ status: expected, strange: [] });
  expect(stderr).not.toBe('');
}

export async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('it never came to that');
    await delay(2);
  }
}

/** Temporary names, claims and marks below a folder. */
export function ourNamesIn(root: string): string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return names.filter(name => basename(name).startsWith('.folder-copy'));
}
