import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withOptionList } from '../src/build/man/options-page.js';
import { EXIT_STATUSES } from '../src/cli/arguments/manual.js';
import {
  anchorsOf,
  commandLines,
  documents,
  examples,
  linksOf,
  manualPages,
  paragraphsOf,
  readDocument,
  userDocuments,
} from './helpers/documents.js';
import { type HelpOption, helpOptions, longNames } from './helpers/help-options.js';
import { fromRoot } from './helpers/project-root.js';
import { runCommand } from './helpers/run-command.js';

test('its two commands are those that CI runs, word for word, and the first that it shows', () => {
  const run = readFileSync(fromRoot('.ci/run'), 'utf8').split('\n');
  const workflow = readFileSync(fromRoot('.github/workflows/ci.yml'), 'utf8');
  const commands = ['npm ci && npx folder-copy fixtures/album', 'npm test'];
  expect(commandLines('README.md')).toEqual([...commands, ...commands]); // in English and in Chinese
  for (const command of commands) {
    expect(run).toContain(command);
    expect(workflow).toContain(`- run: ${command}\n`);
  }
});

test('every page of the manual is reached from it', () => {
  const targets = linksOf('README.md').map(({ target }) => target);
  expect(manualPages.length).toBeGreaterThan(5);
  expect(manualPages.filter(page => !targets.includes(page))).toEqual([]);
});

describe('the options page', () => {
  const page = readDocument('src/manual/options.md');

  /** Its list, as `--help` would have it. */
  function listed(): (HelpOption & { text: string })[] {
    return page.split('\n').flatMap(line => {
      const [, flags, text = ''] = /^\* `(-.*?)`: (.*)$/.exec(line) ?? [];
      if (flags === undefined) return [];
      const [, defaultValue = ''] = / Default: `(.*)`\.$/.exec(text) ?? [];
      return [{ flags, text, defaultValue, choices: [] }];
    });
  }

  test('has the list that is made from the one source (`npm run manual` writes it)', () => {
    expect(page).toBe(withOptionList(page));
  });

  test('has exactly the options of --help, in its order, with its defaults and choices', async () => {
    const help = await helpOptions();
    const pairs = ({ flags, defaultValue }: HelpOption) => ({ flags, defaultValue });
    expect(help.length).toBeGreaterThan(10);
    expect(listed().map(pairs)).toEqual(help.map(pairs));
    const texts = new Map(listed().map(({ flags, text }) => [flags, text]));
    for (const { flags, choices } of help) {
      for (const choice of choices) expect(texts.get(flags)).toContain(`\`${choice}`);
    }
  });
});

test('the table of exit statuses has those of the command', () => {
  const [, section = ''] = readDocument('src/manual/ci.md').split('\n## Exit status\n');
  const [table = ''] = section.split('\n## ');
  const statuses = Array.from(table.matchAll(/^\| (\d[\d, ]*) \|/gm), ([, status]) => status);
  expect(statuses).toEqual(EXIT_STATUSES.map(([status]) => status));
});

describe.each(documents)('%s', document => {
  test('every file that it links to exists, with the heading', () => {
    const broken = linksOf(document).filter(({ target, heading }) => {
      const file = target === '' ? document : join(dirname(document), target);
      if (!existsSync(fromRoot(file))) return true;
      return heading !== undefined && !anchorsOf(readDocument(file)).includes(heading);
    });
    expect(broken.map(({ text }) => text)).toEqual([]);
  });

  test('its paragraphs are short', () => {
    const words = (paragraph: string) => paragraph.split(/\s+/).length;
    expect(paragraphsOf(readDocument(document)).filter(paragraph => words(paragraph) > 60)).toEqual([]);
  });

  test('it is in plain English', () => {
    expect(readDocument(document).match(stilted) ?? []).toEqual([]);
  });
});

/** Turns of phrase that have to be read twice. */
const stilted =
  /\b(?:(?:told|tells?) (?:of|in what)|(?:goes|go|gone) on (?:from|with)|who(?:m)?ever|come to light|(?:is|are) no (?:file|folder|link|entry)s?|there is no more)\b/gi;

test('--help and the man page are in plain English, too', async () => {
  const { stdout } = await runCommand(['--help']);
  expect(stdout.match(stilted) ?? []).toEqual([]);
  expect(readFileSync(fromRoot('dist/lib/folder-copy.1'), 'utf8').match(stilted) ?? []).toEqual([]);
});

/** Options that the pages name of other programs. */
const foreign = new Set([
  '--external',
  '--prefix',
  '--global',
  '--save-dev',
  '--quiet',
  '--transfers',
  '--checkers',
  '--nodes',
  '--ntasks',
  '--ntasks-per-node',
  '--exclude',
  '--save',
  '--bind',
]);

test.each(
  userDocuments.filter(page => !page.endsWith('/comparison.md')),
)('the options that %s names are options of the command', async document => {
  const known = new Set((await helpOptions()).flatMap(({ flags }) => longNames(flags)));
  const named = longNames(readDocument(document).replace(/<!--.*?-->/gs, ''));
  expect(named.filter(name => !known.has(name) && !foreign.has(name))).toEqual([]);
});

test('the yaml of the pages runs nothing but npm, npx and what the shells have', () => {
  const lines = userDocuments.flatMap(document => examples(document, 'yaml')).join('');
  const commands = [...lines.matchAll(/run: "?(?:! )?(\w+)/g)].map(([, command]) => command);
  expect(commands.length).toBeGreaterThan(2);
  expect(commands.filter(command => !['npm', 'npx', 'grep'].includes(command ?? ''))).toEqual([]);
});

test('src/README.md names every room', () => {
  const folders = readdirSync(fromRoot('src'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && file.includes('/'))
    .map(dirname);
  const named = linksOf('src/README.md').map(({ target }) => target);
  expect([...new Set(folders)].filter(folder => !named.includes(folder))).toEqual([]);
});

test('src/README.md names every package that the sources use, those of the build apart, and no other', () => {
  const [, table = ''] = readDocument('src/README.md').split('| package | for |\n| --- | --- |\n');
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

test('test/README.md: each promise names the tests that prove it', () => {
  const [, section = ''] = readDocument('test/README.md').split('\n## Which test proves which promise\n');
  const rows = section.split('\n').filter(line => /^\| (?!promise|---)/.test(line));
  expect(rows.length).toBeGreaterThanOrEqual(10);
  for (const row of rows) expect(row).toMatch(/\]\([\w/-]+(\.(both|alone))?\.test\.ts\)/);
});
