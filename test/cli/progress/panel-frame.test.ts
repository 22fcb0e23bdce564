import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import type { TerminalLook } from '../../../src/cli/output/terminal-look.js';
import { PanelFrame } from '../../../src/cli/progress/drawing/panel-frame.js';
import { Progress } from '../../../src/cli/progress/figures/progress.js';
import { Tally } from '../../../src/copier/report/tally.js';
import type { UnderWay } from '../../../src/copier/report/under-way.js';
import { bytePath } from '../../../src/files/byte-path.js';
import { awkwardNames } from './progress-moments.js';

const MIB = 1024 ** 2;
const coloured: TerminalLook = { hasBlocks: true, hasColours: true };
const blocks: TerminalLook = { hasBlocks: true, hasColours: false };
const ascii: TerminalLook = { hasBlocks: false, hasColours: false };

function at(worker: number, path: string, size = 1000, bytes = 0): UnderWay {
  return { worker, path: bytePath(path), size, bytes, start: 0, isInRanges: false, sinceMs: 0 };
}

function scene(look: TerminalLook, workers: number, underWay: UnderWay[]) {
  const tally = new Tally();
  Object.assign(tally.found, { files: 1000, bytes: 500 * MIB });
  Object.assign(tally.finished, { files: 250 });
  tally.bytes = 125 * MIB;
  tally.isListed = true;
  tally.workers = () => Array.from({ length: workers }, (_, index) => index + 1);
  tally.underWay = () => underWay;
  const progress = new Progress(tally);
  return { tally, progress, frame: new PanelFrame(tally, progress, look) };
}

const work = [
  at(1, 'a.jpg'),
  at(2, 'videos/holiday by the sea.mov', 1200 * MIB, 444 * MIB),
  at(3, '二〇二四年夏天/照片.jpg'),
  at(5, 'b.jpg'),
];

test('the whole, the graph, and a line for each worker: its file, and how far it is if it is large', () => {
  const { frame } = scene(blocks, 5, work);
  const [whole, facts, , ...workers] = frame.lines(80, 24);
  expect(whole).toMatch(/^ 25\.00% █{14}▊░{44} {2} +\d s left$/);
  expect(facts).toMatch(/^250\/1000 files {2}no failures {2}125 MiB of 500 MiB {2}\d+(\.\d)? .iB\/s$/);
  expect(workers).toEqual([
    ' 1  a.jpg',
    ' 2  videos/holiday by the sea.mov                    ███▋░░░░░░ 37% of  1.2 GiB',
    ' 3  二〇二四年夏天/照片.jpg',
    ' 4  -',
    ' 5  b.jpg',
  ]);
});

test('without UTF-8 all is ASCII but what the names bring', () => {
  const { frame } = scene(ascii, 2, work.slice(0, 2));
  expect(frame.lines(80, 24).join('')).toMatch(/^[ -~]*$/);
});

test('failures are counted, in red', () => {
  const { frame, progress } = scene(coloured, 1, work);
  progress.hear({ type: 'error', path: 'x', code: 'EIO', message: '', attempts: 1 });
  const [whole, facts] = frame.lines(80, 24);
  expect(whole).toContain('\x1b[31m\x1b[100m█');
  expect(facts).toContain('  \x1b[31m1 failed\x1b[0m  ');
});

test('a worker that replaces another takes over its line', () => {
  const { frame, tally } = scene(blocks, 0, [at(11, 'first'), at(12, 'second'), at(14, 'fourth')]);
  const named = (alive: number[]) => {
    tally.workers = () => alive;
    return frame.lines(80, 24).slice(3);
  };
  expect(named([11, 12])).toEqual([' 1  first', ' 2  second']);
  expect(named([12])).toEqual([' 2  second']);
  expect(named([12, 14])).toEqual([' 1  fourth', ' 2  second']);
});

test('no line wraps and no frame is as high as the terminal, whatever its size', () => {
  const entries = awkwardNames.flatMap(([, name], index) => [
    at(index * 2 + 1, name),
    at(index * 2 + 2, `${name}x`, 900 * MIB, 90 * MIB),
  ]);
  const { frame } = scene(coloured, 12, entries);
  for (let columns = 20; columns <= 200; columns += 30) {
    for (const rows of [1, 2, 3, 4, 5, 8, 15, 16, 24]) {
      const lines = frame.lines(columns, rows);
      expect(lines.length).toBeLessThanOrEqual(Math.max(rows - 1, 1));
      expect(Math.max(...lines.map(line => stringWidth(line)))).toBeLessThan(columns);
    }
  }
});

test('what there are no rows for is counted, and where there are none it is the bar', () => {
  const { frame } = scene(blocks, 12, work);
  expect(frame.lines(80, 8)).toHaveLength(7);
  expect(frame.lines(80, 8).slice(3)).toEqual([
    ' 1  a.jpg',
    expect.stringMatching(/^ 2 {2}videos/),
    ' 3  二〇二四年夏天/照片.jpg',
    'and 9 more workers',
  ]);
  expect(frame.lines(80, 9).slice(6)).toEqual([' 5  b.jpg', 'and 8 more workers']);
  expect(frame.lines(80, 4)).toEqual([expect.stringMatching(/^ 25\.00% ██░░░/)]);
  expect(frame.lines(25, 24)).toEqual([expect.stringMatching(/^ 25\.00% .* left$/)]);
  expect(frame.lastLine(80)).toMatch(/^ 25\.00% ██░░░/);
});
