import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTree } from '../../helpers/make-tree.js';
import { runCommand } from '../../helpers/run-command.js';
import { runInTerminal } from '../../helpers/run-in-terminal.js';
import type { TreeEntry } from '../../helpers/tree-description.js';

const album: TreeEntry[] = Array.from({ length: 60 }, (_, index) => {
  return { kind: 'file', path: `photos/${index % 7}/${index}.jpg`, size: 50_000 };
});
/** More than a second of work, by a ceiling. */
const slowly = ['--bwlimit', '2m', 'photos', 'copy'];
const fact = String.raw`\d+(\.\d)? [KMG]?i?B`;
const plain = new RegExp(String.raw`^ *\d+\.\d\d%  \d+/\d+ files  ${fact}  ${fact}/s(  \S+( s)? left)?$`);

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).slice(0, -1);
}

test('a bar that cannot be drawn is a line now and then', async () => {
  const args = ['--progress', 'bar', ...slowly];
  const { stderr } = await runCommand(args, { cwd: makeTree(album) });
  expect(linesOf(stderr).filter(line => !plain.test(line))).toEqual([]);
  expect(linesOf(stderr).at(-1)).toMatch(/^100\.00%/);
  const { output } = await runInTerminal(args, { cwd: makeTree(album), env: { TERM: 'dumb' } });
  expect(output).not.toContain('\x1b');
  expect(linesOf(output).at(-2)).toMatch(/^100\.00%/);
});

test('none draws nothing at a terminal, and leaves the summary', async () => {
  const args = ['--progress', 'none', ...slowly];
  const { output } = await runInTerminal(args, { cwd: makeTree(album) });
  expect(linesOf(output)).toEqual([expect.stringMatching(/^60 files, 7 folders, /)]);
});

test('json at a terminal comes without a bar', async () => {
  const { output } = await runInTerminal(['--progress', 'json', ...slowly], { cwd: makeTree(album) });
  expect(output).not.toContain('\x1b');
  expect(linesOf(output).filter(line => !line.startsWith('{"type":"'))).toEqual([]);
});

test('-v beside a bar that is asked for puts every line above it', async () => {
  const args = ['-v', '--progress', 'bar', ...slowly];
  const { output } = await runInTerminal(args, { cwd: makeTree(album), columns: 100 });
  const named = output.match(/(?:streamed|cloned|made) photos\/\S+/g) ?? [];
  expect(new Set(named).size).toBe(67);
  expect(output).toMatch(/ \d\.\d\d%|\d\d\.\d\d%/);
});

test('a refused run draws nothing', async () => {
  const place = makeTree(album);
  mkdirSync(join(place, 'copy.partial/of another'), { recursive: true });
  const { status, output } = await runInTerminal(['photos', 'copy'], { cwd: place });
  expect(status).toBe(2);
  expect(linesOf(output)).toEqual([expect.stringMatching(/^folder-copy: .*copy\.partial: /)]);
});
