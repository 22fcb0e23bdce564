import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { LAUNCHER } from '../../src/build/launcher.js';
import { linksOf } from '../helpers/documents.js';
import { fromRoot, projectRoot } from '../helpers/project-root.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { NPM_MS, type Packed, pack } from './npm.js';

let packed: Packed;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  packed = await pack(scratchFolder(undefined, cleanup => cleanups.push(cleanup)));
  return () => cleanups.forEach(cleanup => void cleanup());
}, NPM_MS);

const manifest = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

test('it holds what is run, declared or read, and nothing else', () => {
  const paths = packed.files.map(({ path }) => path);
  const isExpected = (path: string) =>
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path) ||
    /^src\/manual\/[\w-]+\.(md|svg)$/.test(path) ||
    /^dist\/lib\/(child\/)?[\w-]+\.(js|mjs|d\.ts|d\.mts)$/.test(path) ||
    /^dist\/lib\/types\/.*\.d\.ts$/.test(path) ||
    /^dist\/lib\/(package\.json|events\.schema\.json|folder-copy\.1|THIRD-PARTY-LICENSES\.md|third-party\.cdx\.json)$/.test(
      path,
    );
  expect(paths.filter(path => !isExpected(path))).toEqual([]);
  const inLib = ['dist/lib/folder-copy.1', 'dist/lib/events.schema.json'];
  expect(paths).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md', ...inLib]));
});

test('no link of its pages leads to a file that it does not hold', () => {
  const paths = new Set(packed.files.map(({ path }) => path));
  const pages = [...paths].filter(path => path.endsWith('.md') && !path.startsWith('dist/'));
  expect(pages.length).toBeGreaterThan(10);
  const dangling = pages.flatMap(page =>
    linksOf(page).filter(({ target }) => target !== '' && !paths.has(join(dirname(page), target))),
  );
  expect(dangling).toEqual([]);
});

test('the command can be executed', () => {
  const command = packed.files.find(({ path }) => path === 'dist/lib/folder-copy.js');
  expect((command?.mode ?? 0) & 0o111).toBe(0o111);
  expect(readFileSync(fromRoot('dist/lib/folder-copy.js'), 'utf8').startsWith(LAUNCHER)).toBe(true);
});

test('what builds it is in none of its files', () => {
  const scripts = packed.files.filter(({ path }) => path.endsWith('.js'));
  const sources = scripts.flatMap(
    ({ path }) => readFileSync(fromRoot(path), 'utf8').match(/^\/\/ src\/.*/gm) ?? [],
  );
  expect(sources).toContain('// src/copier/copy/tree-copy.ts');
  expect(sources.filter(source => source.startsWith('// src/build/'))).toEqual([]);
});

test('what it is bundled from is not installed a second time; its licences and a list of it come along', async () => {
  expect(manifest).not.toHaveProperty('dependencies');
  const licences = readFileSync(fromRoot('dist/lib/THIRD-PARTY-LICENSES.md'), 'utf8');
  const bill = JSON.parse(readFileSync(fromRoot('dist/lib/third-party.cdx.json'), 'utf8')) as Bill;
  const names = new Set(packed.files.flatMap(({ path }) => (path.endsWith('.js') ? bundledInto(path) : [])));
  expect(names).toContain('commander');
  expect(new Set(bill.components.map(({ name }) => name))).toEqual(names);
  for (const name of names) expect(licences).toContain(`\n# ${name} `);
  // As npm has them; only that it does not know what is bundled, and takes all of it for what development needs.
  const { stdout } = await promisify(execFile)('npm', SBOM, { cwd: projectRoot, maxBuffer: 1 << 26 });
  const { components } = JSON.parse(stdout) as Bill;
  for (const component of bill.components) {
    const npms = components.find(other => other['bom-ref'] === component['bom-ref']);
    expect(component).toEqual({
      ...npms,
      scope: 'required',
      properties: undefined,
      externalReferences: undefined,
    });
  }
});

const SBOM = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];

interface Bill {
  readonly components: readonly Readonly<Record<'bom-ref' | 'name', string>>[];
}

/** The names of the packages of which a bundle has parts, as esbuild's comments tell. */
function bundledInto(path: string): string[] {
  const comments = /^\/\/ (?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/gm;
  return Array.from(readFileSync(fromRoot(path), 'utf8').matchAll(comments), ([, name = '']) => name);
}

test('nothing runs when it is installed', () => {
  const scripts = Object.keys(manifest.scripts ?? {});
  expect(scripts.filter(name => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
});

test('the native parts of koffi are one version, exactly, and lie where they are looked for', () => {
  const optional = Object.entries(manifest.optionalDependencies ?? {});
  expect(optional.map(([, version]) => version)).toEqual(
    Array(4).fill(expect.stringMatching(/^\d+\.\d+\.\d+$/)),
  );
  expect(new Set(optional.map(([, version]) => version)).size).toBe(1);
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  expect(existsSync(fromRoot('node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node'))).toBe(true);
});
