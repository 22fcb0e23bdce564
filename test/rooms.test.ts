import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { fromRoot } from './helpers/project-root.js';

interface Import {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

const files = readdirSync(fromRoot('src'), { recursive: true, encoding: 'utf8' });
const imports = files.filter(file => file.endsWith('.ts')).flatMap(importsOf);

/** Paths are relative to `src`. */
function importsOf(from: string): Import[] {
  const code = readFileSync(fromRoot('src', from), 'utf8');
  return Array.from(
    code.matchAll(/^(?:import|export)\b[^;=]*?'(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm),
    ([text, first, later]) => ({ from, to: join(dirname(from), first ?? later ?? ''), text }),
  ).map(found => ({ ...found, to: found.to.replace(/js$/, 'ts') }));
}

/** Takes away, again and again, what imports nothing that is left, or is imported by nothing: circles remain. */
function circlesIn(edges: readonly Import[]): string[] {
  const left = edges.filter(
    ({ from, to }) => edges.some(other => other.from === to) && edges.some(other => other.to === from),
  );
  return left.length === edges.length ? left.map(({ from, to }) => `${from} → ${to}`) : circlesIn(left);
}

/** A folder is a room; a file that only somebody outside imports or starts is one by itself. */
function roomOf(file: string): string {
  return DOORS.has(file) ? file : dirname(file);
}
const DOORS = new Set([
  'index.ts',
  'in-place.ts',
  'multiprocessing/index.ts',
  'multiprocessing/child/entry.ts',
]);

test('no file imports what leads back to it', () => {
  expect(imports.length).toBeGreaterThan(500);
  expect(circlesIn(imports)).toEqual([]);
});

test('no two rooms import each other', () => {
  const between = imports
    .map(({ from, to, text }) => ({ from: roomOf(from), to: roomOf(to), text }))
    .filter(({ from, to }) => from !== to);
  const pairs = new Set(between.map(({ from, to }) => `${from} → ${to}`));
  const mutual = between.filter(({ from, to }) => from < to && pairs.has(`${to} → ${from}`));
  expect(mutual.map(({ from, to }) => `${from} ↔ ${to}`)).toEqual([]);
});

test('the copier knows of the workers no more than their program and the types of what it exports', () => {
  const known = imports.filter(({ from, to }) => from.startsWith('copier/') && to.startsWith('worker/'));
  const more = known.filter(
    ({ to, text }) => to !== 'worker/worker-process.ts' && !text.startsWith('import type'),
  );
  expect(known.length).toBeGreaterThan(0);
  expect(more).toEqual([]);
});
