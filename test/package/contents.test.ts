import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { fromRoot } from '../helpers/project-root.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { NPM_MS, type Packed, pack } from './npm.js';

let packed: Packed;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  packed = await pack(scratchFolder(undefined, cleanup => cleanups.push(cleanup)));
  return () => cleanups.forEach(cleanup => void cleanup());
}, NPM_MS);

const manifest = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as Record<string, unknown>;

test('it holds what is run, declared or read, and nothing else', () => {
  const paths = packed.files.map(({ path }) => path);
  const isExpected = (path: string) =>
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path) ||
    /^dist\/lib\/(child\/)?[\w-]+\.(js|mjs|d\.ts|d\.mts)$/.test(path) ||
    /^dist\/lib\/types\/.*\.d\.ts$/.test(path) ||
    /^dist\/lib\/(package\.json|events\.schema\.json|folder-copy\.1|THIRD-PARTY-LICENSES\.md)$/.test(path);
  expect(paths.filter(path => !isExpected(path))).toEqual([]);
  const inLib = ['dist/lib/folder-copy.1', 'dist/lib/events.schema.json'];
  expect(paths).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md', ...inLib]));
});

test('the command can be executed', () => {
  const command = packed.files.find(({ path }) => path === 'dist/lib/folder-copy.js');
  expect((command?.mode ?? 0) & 0o111).toBe(0o111);
  expect(readFileSync(fromRoot('dist/lib/folder-copy.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('what builds it is in none of its files', () => {
  const scripts = packed.files.filter(({ path }) => path.endsWith('.js'));
  const sources = scripts.flatMap(
    ({ path }) => readFileSync(fromRoot(path), 'utf8').match(/^\/\/ src\/.*/gm) ?? [],
  );
  expect(sources).toContain('// src/copier/copy/tree-copy.ts');
  expect(sources.filter(source => source.startsWith('// src/build/'))).toEqual([]);
});

test('what it is bundled from is not installed a second time, and its licences come along', () => {
  expect(manifest).not.toHaveProperty('dependencies');
  const licences = readFileSync(fromRoot('dist/lib/THIRD-PARTY-LICENSES.md'), 'utf8');
  for (const { path } of packed.files.filter(({ path }) => path.endsWith('.js'))) {
    for (const [, name] of readFileSync(fromRoot(path), 'utf8').matchAll(
      /^\/\/ (?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/gm,
    )) {
      expect(licences).toContain(`\n# ${name} `);
    }
  }
});

const checks: [tool: string, ...args: string[]][] = [['publint', '--strict'], ['attw']];

for (const [tool, ...args] of checks) {
  test(`${tool} finds nothing`, async () => {
    const program = fromRoot('node_modules/.bin', tool);
    await promisify(execFile)(program, [packed.path, ...args]); // rejects where it ends with another status than 0
  });
}
