import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { readmeRows } from '../src/build/man/full-options.js';
import { type HelpOption, helpOptions, longNames } from './helpers/help-options.js';
import { fromRoot } from './helpers/project-root.js';

const readme = readFileSync(fromRoot('README.md'), 'utf8');
const lines = readme.split('\n');

/** The rows of the README's table whose first cell is an option. */
function optionsOfReadme(): (HelpOption & { meaning: string })[] {
  return lines.flatMap(line => {
    const [, flags, meaning, defaultValue] = /^\| `(-.*?)` \| (.*) \| (?:`(.*)` )?\|$/.exec(line) ?? [];
    if (flags === undefined || meaning === undefined) return [];
    return [{ flags, meaning, defaultValue: defaultValue ?? '', choices: [] }];
  });
}

test('the option table has exactly the options of --help, in its order, with its defaults', async () => {
  const pairs = ({ flags, defaultValue }: HelpOption) => ({ flags, defaultValue });
  const help = await helpOptions();
  expect(help.length).toBeGreaterThan(10);
  expect(optionsOfReadme().map(pairs)).toEqual(help.map(pairs));
});

test('the rows of the option table are those made from the one source, word for word', () => {
  expect(lines.filter(line => line.startsWith('| `-'))).toEqual(readmeRows());
});

test('the option table names every choice that --help names', async () => {
  const rows = new Map(optionsOfReadme().map(({ flags, meaning }) => [flags, meaning]));
  const withChoices = (await helpOptions()).filter(({ choices }) => choices.length > 0);
  expect(withChoices.length).toBeGreaterThan(2);
  for (const { flags, choices } of withChoices) {
    for (const choice of choices) expect(rows.get(flags)).toContain(`\`${choice}\``);
  }
});

test('its two commands are those that CI runs, word for word', () => {
  const run = readFileSync(fromRoot('.ci/run'), 'utf8').split('\n');
  const workflow = readFileSync(fromRoot('.github/workflows/ci.yml'), 'utf8');
  for (const command of ['npm ci && npx folder-copy fixtures/album', 'npm test']) {
    expect(lines).toContain(`    ${command}`);
    expect(run).toContain(command);
    expect(workflow).toContain(`- run: ${command}\n`);
  }
});

const documents = [
  'README.md',
  'CHANGELOG.md',
  'src/README.md',
  'src/multiprocessing/README.md',
  'src/copier/check/check.md',
  'test/comparison.md',
  'test/bench/README.md',
];

test.each(documents)('every file that %s links to exists, with the heading', document => {
  const text = readFileSync(fromRoot(document), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
  const broken = links.filter(([, target = '', heading]) => {
    const file = target === '' ? fromRoot(document) : fromRoot(dirname(document), target);
    return !existsSync(file) || (heading !== undefined && !anchorsOf(file).includes(heading));
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

/** As GitHub makes them of headings. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('the longer texts are reached from it', () => {
  for (const document of documents.slice(1)) {
    const folder = document.replace(/\/README\.md$/, '');
    expect([document, folder].some(target => readme.includes(`](${target})`))).toBe(true);
  }
});

test('the options of its Chinese part are options of the command, written as there', async () => {
  const [, chinese = ''] = readme.split('\n## 中文\n');
  const known = await helpOptions();
  const flags = known.map(option => option.flags);
  const named = [...chinese.matchAll(/`(-[^`]+)`/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(name => !flags.includes(name))).toEqual([]);
  const long = new Set(flags.flatMap(longNames));
  expect(longNames(chinese).filter(name => !long.has(name))).toEqual([]);
});

test('it names every package that the sources use, those of the build apart, and no other', () => {
  const [, table = ''] = readme.split('| dependency | for |\n| --- | --- |\n');
  const [rows = ''] = table.split('\n\n');
  const named = rows.split('\n').map(row => /^\| (\S+)/.exec(row)?.[1]);
  expect(named.toSorted()).toEqual([...packagesUsed()].toSorted());
});

function packagesUsed(): Set<string> {
  const files = readdirSync(fromRoot('src'), { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter(file => file.endsWith('.ts') && !file.startsWith('build/'))
    .map(file => readFileSync(fromRoot('src', file), 'utf8'));
  const imports = texts.flatMap(text => [...text.matchAll(/(?:from |import\()'([^.'][^']*)'/g)]);
  const packages = imports.map(([, name = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '');
  const { optionalDependencies } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  // One package of koffi's for each architecture.
  const optional = Object.keys(optionalDependencies).map(name =>
    name.replace(/^@koromix\/koffi-.*/, 'koffi'),
  );
  return new Set([...packages.filter(name => !name.startsWith('node:')), ...optional]);
}

test('each promise names the tests that prove it', () => {
  const [, section = ''] = readme.split('\n## What it promises\n');
  const [promises = ''] = section.split('\n## ');
  const rows = promises.split('\n').filter(line => line.startsWith('| **'));
  expect(rows.length).toBeGreaterThanOrEqual(10);
  for (const row of rows) expect(row).toMatch(/\]\(test\/[\w/-]+\.test\.ts\)/);
});

test('it can be read in one go', () => {
  expect(lines.length).toBeLessThanOrEqual(200);
});
