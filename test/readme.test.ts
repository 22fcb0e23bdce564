import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readmeRows } from '../man/full-options.js';
import { fromRoot } from './helpers/project-root.js';
import { runCommand } from './helpers/run-command.js';

const readme = readFileSync(fromRoot('README.md'), 'utf8');
const lines = readme.split('\n');

interface Option {
  flags: string;
  defaultValue: string;
  choices: string[];
}

/** What `--help` says, its wrapped lines joined. */
async function optionsOfHelp(): Promise<Option[]> {
  const { stdout } = await runCommand(['--help']);
  const joined = stdout.replace(/\n {10,}/g, ' ');
  return joined.split('\n').flatMap(line => {
    const [, flags, says = ''] = /^ {2}(-.*?) {2,}(.*)$/.exec(line) ?? [];
    if (flags === undefined) return [];
    const [, defaultValue = ''] = /default: "?(.*?)"?\)$/.exec(says) ?? [];
    const [, choices = ''] = /\(choices: (.*?)(?:, default.*)?\)$/.exec(says) ?? [];
    return [{ flags, defaultValue, choices: [...choices.matchAll(/"(.*?)"/g)].map(([, word = '']) => word) }];
  });
}

/** The rows of the README's table whose first cell is an option. */
function optionsOfReadme(): (Option & { meaning: string })[] {
  return lines.flatMap(line => {
    const [, flags, meaning, defaultValue] = /^\| `(-.*?)` \| (.*) \| (?:`(.*)` )?\|$/.exec(line) ?? [];
    if (flags === undefined || meaning === undefined) return [];
    return [{ flags, meaning, defaultValue: defaultValue ?? '', choices: [] }];
  });
}

test('the option table has exactly the options of --help, in its order, with its defaults', async () => {
  const pairs = ({ flags, defaultValue }: Option) => ({ flags, defaultValue });
  const help = await optionsOfHelp();
  expect(help.length).toBeGreaterThan(10);
  expect(optionsOfReadme().map(pairs)).toEqual(help.map(pairs));
});

test('the rows of the option table are those made from the one source, word for word', () => {
  expect(lines.filter(line => line.startsWith('| `-'))).toEqual(readmeRows());
});

test('the option table names every choice that --help names', async () => {
  const rows = new Map(optionsOfReadme().map(({ flags, meaning }) => [flags, meaning]));
  const withChoices = (await optionsOfHelp()).filter(({ choices }) => choices.length > 0);
  expect(withChoices.length).toBeGreaterThan(2);
  for (const { flags, choices } of withChoices) {
    for (const choice of choices) expect(rows.get(flags)).toContain(`\`${choice}\``);
  }
});

test('its two commands are those that CI runs, word for word', () => {
  const run = readFileSync(fromRoot('.ci/run'), 'utf8').split('\n');
  const workflow = readFileSync(fromRoot('.github/workflows/ci.yml'), 'utf8');
  for (const command of ['npm ci && npx folder-copy fixtures/album', 'npm ci && npm test']) {
    expect(lines).toContain(`    ${command}`);
    expect(run).toContain(command);
    expect(workflow).toContain(`- run: ${command}\n`);
  }
});

test('every file it links to exists', () => {
  const targets = [...readme.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, target = '']) => target);
  expect(targets.length).toBeGreaterThan(2);
  expect(targets.filter(target => !existsSync(fromRoot(target)))).toEqual([]);
});

test('it names every package that the sources use, and no other', () => {
  const [, table = ''] = readme.split('| dependency | for |\n| --- | --- |\n');
  const [rows = ''] = table.split('\n\n');
  const named = rows.split('\n').map(row => /^\| (\S+)/.exec(row)?.[1]);
  expect(named.toSorted()).toEqual([...packagesUsed()].toSorted());
});

function packagesUsed(): Set<string> {
  const files = readdirSync(fromRoot('src'), { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter(file => file.endsWith('.ts'))
    .map(file => readFileSync(fromRoot('src', file), 'utf8'));
  const imports = texts.flatMap(text => [...text.matchAll(/(?:from |import\()'([^.'][^']*)'/g)]);
  const packages = imports.map(([, name = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '');
  return new Set(packages.filter(name => !name.startsWith('node:')));
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
