import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { helpOptions, longNames } from './helpers/help-options.js';
import { fromRoot } from './helpers/project-root.js';

// What comparison.md says of others was looked at by hand; what it says of us is held here, as far as that is cheap.

const whole = tableRows('test/comparison.md');
const short = tableRows('README.md');

interface Row {
  feature: string;
  ours: string;
  /** of all tools, ours first, without what proves them */
  cells: string[];
  proof: string;
}

/** The rows below each heading that begins with our name and that of `cp`. */
function tableRows(file: string): Row[] {
  const tables = readFileSync(fromRoot(file), 'utf8').split('\n\n');
  return tables
    .filter(text => text.startsWith('| | folder-copy | `cp -a` | `rsync -a` | `rclone copy` |'))
    .flatMap(text => text.trim().split('\n').slice(2))
    .map(line => {
      const [feature = '', ...cells] = line
        .replace(/^\|(.*)\|$/, '$1')
        .split('|')
        .map(cell => cell.trim());
      return { feature, ours: cells[0] ?? '', cells: cells.slice(0, 8), proof: cells[8] ?? '' };
    });
}

test("the README's table is a part of the whole one, word for word", () => {
  const cellsOf = ({ feature, cells }: Row) => ({ feature, cells });
  expect(short.length).toBeGreaterThanOrEqual(10);
  expect(whole.map(cellsOf)).toEqual(expect.arrayContaining(short.map(cellsOf)));
});

test('each row has a cell for every tool, and no feature comes twice', () => {
  expect(whole.filter(({ cells }) => cells.length !== 8 || cells.includes(''))).toEqual([]);
  expect(new Set(whole.map(({ feature }) => feature)).size).toBe(whole.length);
});

test('whatever we claim is proved by a test that exists', () => {
  const claims = whole.filter(({ feature, ours }) => /^(yes|`)/.test(ours) && feature !== 'needs');
  expect(claims.length).toBeGreaterThan(20);
  const proofOf = ({ proof }: Row) => /\]\(([\w/-]+\.test\.ts)\)/.exec(proof)?.[1];
  const unproved = claims.filter(row => !existsSync(fromRoot('test', proofOf(row) ?? 'none')));
  expect(unproved).toEqual([]);
});

test('the options it names as ours are options of the command', async () => {
  const known = (await helpOptions()).flatMap(({ flags }) => longNames(flags));
  const named = whole.flatMap(({ ours }) => longNames(ours));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter(name => !known.includes(name))).toEqual([]);
});
