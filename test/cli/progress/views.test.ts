import { expect, test } from 'vitest';
import { makeTree } from '../../helpers/make-tree.js';
import { runCommand } from '../../helpers/run-command.js';
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

test('nothing is drawn where standard error is no terminal, though the copy takes its time', async () => {
  expect(await runCommand(slowly, { cwd: makeTree(album) })).toMatchObject({ status: 0, stderr: '' });
});

test('plain is a line now and then on standard error, the last of them at 100.00', async () => {
  const args = ['--progress', 'plain', ...slowly];
  const { status, stdout, stderr } = await runCommand(args, { cwd: makeTree(album) });
  expect({ status, lines: linesOf(stdout).length }).toEqual({ status: 0, lines: 1 });
  const lines = linesOf(stderr);
  expect(lines.filter(line => !plain.test(line))).toEqual([]);
  expect(lines.length).toBeGreaterThanOrEqual(2);
  expect(lines.length).toBeLessThan(7);
  expect(lines.filter(line => line.startsWith('100.00%  60/60 files'))).toEqual([lines.at(-1)]);
});

const contradictions: [args: string[], says: string][] = [
  [['-q', '-v'], "option '-q, --quiet' cannot be used with option '-v, --verbose'; see folder-copy --help"],
  [
    ['-q', '--progress', 'bar'],
    "option '-q, --quiet' cannot be used with '--progress bar'; see folder-copy --help",
  ],
  [
    ['--progress', 'panel', '-q'],
    "option '-q, --quiet' cannot be used with '--progress panel'; see folder-copy --help",
  ],
  [
    ['--progress', 'plain', '-q'],
    "option '-q, --quiet' cannot be used with '--progress plain'; see folder-copy --help",
  ],
  [
    ['--progress', 'loud'],
    "option '--progress <view>' argument 'loud' is invalid. Allowed choices are auto, bar, panel, plain, json, none.",
  ],
];

for (const [args, says] of contradictions) {
  test(`refuses ${args.join(' ')}`, async () => {
    const result = await runCommand([...args, 'photos'], { cwd: makeTree(album) });
    expect(result).toMatchObject({ status: 2, stdout: '', stderr: `folder-copy: ${says}\n` });
  });
}
