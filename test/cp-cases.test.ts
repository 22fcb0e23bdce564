import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fromRoot } from './helpers/project-root.js';

interface Row {
  cases: string;
  file: string;
  title: string;
}

function rows(): Row[] {
  const lines = readFileSync(fromRoot('test/cp-cases.md'), 'utf8').split('\n');
  return lines.flatMap(line => {
    const [, cases, , file, title] = line.split('|').map(cell => cell.trim());
    const isRow = cases !== undefined && file !== undefined && title !== undefined;
    return isRow && !/^(case|-+)$/.test(cases) ? [{ cases, file, title }] : [];
  });
}

/** The titles of the tests of a promise, quick and thorough, as patterns: what is put in when they run can be anything. */
function titlePatterns(file: string): RegExp[] {
  const files = ['test', 'both.test', 'thorough.test'].map(end => fromRoot(`test/${file}.${end}.ts`));
  const text = files
    .filter(path => existsSync(path))
    .map(path => readFileSync(path, 'utf8'))
    .join('\n');
  const titles = text.matchAll(
    /\b(?:test|holds)(?:\.skipIf\([^)]*\))?\(\s*(['"`])((?:\\.|\$\{[^`]*?\}|(?!\1)[^\\])*)\1/gs,
  );
  const inserted = /\$\{(?:[^{}]|\{[^{}]*\})*\}/g;
  const ofTables = [...text.matchAll(/^\s*\[?'([^'\n]+)',/gm)].map(([, title = '']) => title);
  return [...[...titles].map(([, , title = '']) => title), ...ofTables].map(title => {
    const fixed = title.split(inserted).map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${fixed.join('.*')}$`, 's');
  });
}

test('every test that the table of cases names exists', () => {
  const missing = rows().filter(
    ({ file, title }) => !titlePatterns(file).some(pattern => pattern.test(title)),
  );
  expect(missing).toEqual([]);
  expect(rows().length).toBeGreaterThan(30);
});

test('no case is in the table twice', () => {
  const cases = rows().flatMap(row =>
    row.cases
      .replace('✗', '')
      .split(',')
      .map(name => name.trim()),
  );
  expect(cases.filter((name, at) => cases.indexOf(name) !== at)).toEqual([]);
});

test('a title that no test has is found missing', () => {
  expect(titlePatterns('fidelity/holes').some(pattern => pattern.test('no such test'))).toBe(false);
});
