import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { makeTree } from '../../helpers/make-tree.js';
import { runInTerminal } from '../../helpers/run-in-terminal.js';
import { memory, scratchFolder } from '../../helpers/scratch-folder.js';
import type { TreeEntry } from '../../helpers/tree-description.js';

const words = [
  'a',
  'summer holiday',
  '二〇二四年夏天的假期',
  '👩‍👩‍👧 family 🎉',
  'é̈'.repeat(30),
  'x'.repeat(120),
];
const album: TreeEntry[] = Array.from({ length: 60 }, (_, index) => {
  const folder = words[index % words.length] ?? '';
  return { kind: 'file', path: `${folder}/${folder.slice(0, 40)}-${index}.jpg`, size: 100_000 };
});
/** Three seconds of work on any machine. */
const slowly = ['--bwlimit', '2m', '--workers', '2'];
/** More work than a test's time: a key meets it under way, however late it comes. */
const endless = ['--bwlimit', '50k', '--workers', '2'];

function scene(entries: TreeEntry[]): [source: string, destination: string] {
  const scratch = scratchFolder(memory);
  return [makeTree(entries, join(scratch, 'source')), join(scratch, 'copy')];
}

/** Every line the terminal was sent, also those drawn over later. */
function linesOf(output: string): string[] {
  const starts = output.replaceAll('\x1b[1G', '\n').replaceAll('\r', '\n');
  return stripVTControlCharacters(starts)
    .split('\n')
    .filter(line => line !== '');
}

const barPattern =
  /^ *(?<percent>\d{1,3}\.\d\d)% (?<cells>█*[▏▎▍▌▋▊▉]?) *(?<name>.*?) {2,}(?<done>\d+)\/(?<found>\d+) files(?: {2,}(?<bytes>\d+(?:\.\d)? [KMGTP]?i?B))?(?: {2,}(?<rate>\d+(?:\.\d)? [KMGTP]?i?B\/s))?(?: {2,}(?<left>\S.* left))? *$/;

function barsOf(output: string) {
  return linesOf(output).flatMap(line => {
    const { percent, done, found, ...others } = barPattern.exec(line)?.groups ?? {};
    if (percent === undefined) return [];
    const { cells = '', name = '', bytes, rate, left } = others;
    const counts = { percent: Number(percent), done: Number(done), found: Number(found) };
    return [{ ...counts, cells, name, bytes, rate, left }];
  });
}

for (const columns of [40, 80, 200]) {
  test(`at ${columns} columns the bar fits and goes up to exactly 100.00`, async () => {
    const { status, output } = await runInTerminal([...slowly, ...scene(album)], { columns });
    expect(status).toBe(0);
    const bars = barsOf(output);
    expect(bars.length).toBeGreaterThan(5);
    // What is no bar is the summary, which stays in one piece.
    expect(linesOf(output)).toHaveLength(bars.length + 1);
    expect(linesOf(output).at(-1)).toMatch(/^60 files, 6 folders, 5\.7 MiB in /);
    const tooLong = linesOf(output)
      .slice(0, -1)
      .filter(line => stringWidth(line) >= columns);
    expect(tooLong).toEqual([]);

    const percents = bars.map(({ percent }) => percent);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents.filter(percent => percent === 100)).toHaveLength(1);
    const done = bars.map(bar => bar.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(bars.at(-1)).toMatchObject({ percent: 100, done: 60, found: 60, left: undefined });
    expect(bars.some(({ left }) => left !== undefined)).toBe(true);

    if (columns < 80) return;
    expect(new Set(bars.map(({ name }) => name)).size).toBeGreaterThan(5);
    const drawn = bars.map(({ cells }) => cells.length);
    expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
    expect(new Set(bars.map(({ cells }) => cells.at(-1))).size).toBeGreaterThan(2);
    expect(bars.at(-1)).toMatchObject({ bytes: '5.7 MiB', rate: expect.stringMatching(/B\/s$/) });
    if (columns < 200) return;
    // One whose middle was cut is known by both its ends.
    const names = ['', ...words, ...album.map(({ path }) => String(path))];
    const isKnown = (shown: string) => {
      const [start = '', end] = shown.split('…');
      return names.some(name =>
        end === undefined ? name === shown : name.startsWith(start) && name.endsWith(end),
      );
    };
    expect(bars.map(({ name }) => name).filter(name => !isKnown(name))).toEqual([]);
  });
}

test('a copy of under half a second shows just its last line', { timeout: 120_000 }, async () => {
  // A busy machine may need longer for it: what counts is a run that did not.
  for (let tries = 0; tries < 20; tries += 1) {
    const { status, output } = await runInTerminal(['--workers', '1', ...scene(album.slice(0, 1))]);
    expect(status).toBe(0);
    const bars = barsOf(output);
    if (bars.some(({ percent }) => percent < 100)) continue;
    expect(linesOf(output)).toHaveLength(bars.length + 1);
    return;
  }
  throw new Error('each run showed more than its last line');
});

test('the cursor and the wrapping of lines are given back at the end', async () => {
  const { output } = await runInTerminal(scene(album.slice(0, 3)));
  for (const [taken, given] of [
    ['\x1b[?25l', '\x1b[?25h'],
    ['\x1b[?7l', '\x1b[?7h'],
  ] as const) {
    expect(output.lastIndexOf(given)).toBeGreaterThan(output.lastIndexOf(taken));
  }
});

test('a failure is a line of its own, whole, above the bar, which does not end at 100', async () => {
  const [source, destination] = scene(album);
  makeTree([{ kind: 'file', path: 'a/a-0.jpg/in the way', content: '' }], destination);
  const { status, output } = await runInTerminal([...slowly, source, destination], { columns: 200 });
  expect(status).toBe(1);
  const errors = linesOf(output).filter(line => line.startsWith('folder-copy: '));
  expect(errors).toEqual([expect.stringMatching(/source\/a\/a-0\.jpg: .* \(ENOTEMPTY\)$/)]);
  const last = barsOf(output).at(-1);
  expect(last).toMatchObject({ done: 59, found: 60 });
  expect(last?.percent).toBeGreaterThan(98);
  expect(last?.percent).toBeLessThan(100);
});

test('Ctrl-\\ ends it at once, and the terminal is as it was', async () => {
  const { status, output } = await runInTerminal([...endless, ...scene(album)], {
    keys: [{ after: /\d\.\d\d%/, type: '\x1c' }],
  });
  expect(status).toBe(131);
  expect(output.lastIndexOf('\x1b[?25h')).toBeGreaterThan(output.lastIndexOf('\x1b[?25l'));
  expect(output.lastIndexOf('\x1b[?7h')).toBeGreaterThan(output.lastIndexOf('\x1b[?7l'));
});

test('Ctrl-C stops it with 130 and leaves the terminal as it was', async () => {
  const { status, output } = await runInTerminal([...endless, ...scene(album)], {
    keys: [{ after: /\d\.\d\d%/, type: '\x03' }],
  });
  expect(status).toBe(130);
  expect(barsOf(output).at(-1)?.percent).toBeLessThan(100);
  expect(output.lastIndexOf('\x1b[?25h')).toBeGreaterThan(output.lastIndexOf('\x1b[?25l'));
});

/** Half of the work is long enough for a bar to be seen. */
const half = album.slice(0, 30);
const silent: [title: string, args: string[], env: Record<string, string>][] = [
  ['with -q', ['-q'], {}],
  ['with -v', ['-v'], {}],
  ['on a terminal that cannot move its cursor', [], { TERM: 'dumb' }],
];

for (const [title, args, env] of silent) {
  test(`draws nothing ${title}`, async () => {
    const { status, output } = await runInTerminal([...args, ...slowly, ...scene(half)], { env });
    expect(status).toBe(0);
    expect(barsOf(output)).toEqual([]);
    expect(output).not.toContain('\x1b');
  });
}
