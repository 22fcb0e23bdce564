import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { needs } from '../helpers/needs.js';
import { fromRoot } from '../helpers/project-root.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { freshCheckout, install, NPM_MS, nodePackage, npmEnvironment, pack } from './npm.js';

// Whichever package manager takes the package, as a tarball or by git: no warning that is ours, and the command works.

let tarball: string;
const cleanups: (() => void)[] = [];
const onCleanup = (cleanup: () => void) => cleanups.push(cleanup);

beforeAll(async () => {
  tarball = (await pack(scratchFolder(undefined, onCleanup))).path;
  return () => cleanups.forEach(cleanup => void cleanup());
}, NPM_MS);

interface Manager {
  /** what npm installs it from, and the Node that it wants, if that is another */
  readonly from: readonly string[];
  readonly add: readonly [program: string, ...args: string[]];
  /** runs a command of the package */
  readonly exec: readonly [program: string, ...args: string[]];
  readonly settings?: string;
}

const managers: Record<string, Manager> = {
  'npm 10': { from: ['npm@10'], add: ['npm', 'install'], exec: ['npx', '--no-install'] },
  'npm 11': { from: ['npm@11'], add: ['npm', 'install'], exec: ['npx', '--no-install'] },
  'npm 12': { from: ['npm@12', nodePackage('24')], add: ['npm', 'install'], exec: ['npx', '--no-install'] },
  'pnpm 12': { from: ['pnpm@12'], add: ['pnpm', 'add'], exec: ['pnpm', 'exec'] },
  'Yarn 1': { from: ['yarn@1'], add: ['yarn', 'add'], exec: ['yarn', '--silent', 'run'] },
  'Yarn 4': {
    from: ['@yarnpkg/cli-dist@4'],
    add: ['yarn', 'add'],
    exec: ['yarn', 'run'],
    settings: 'nodeLinker: node-modules\n',
  },
  // The package stays in a zip file, its workers too.
  "Yarn 4, Plug'n'Play": { from: ['@yarnpkg/cli-dist@4'], add: ['yarn', 'add'], exec: ['yarn', 'run'] },
};

describe.each(Object.entries(managers))(
  '%s',
  needs('the npm registry'),
  (_, { from, add, exec, settings }) => {
    test('installs the tarball', { timeout: NPM_MS }, async () => {
      const folder = scratchFolder();
      await install(folder, ...from);
      const tools = join(folder, 'node_modules/.bin');
      const home = emptyProject();
      if (settings !== undefined) writeFileSync(join(home, '.yarnrc.yml'), settings);
      expect(ourWarnings(await run(home, tools, add, tarball))).toEqual([]);
      const copy = join(home, 'copy');
      const copied = await run(home, tools, exec, 'folder-copy', fromRoot('fixtures/album'), copy);
      expect(ourWarnings(copied)).toEqual([]);
      expect(compareTrees(fromRoot('fixtures/album'), copy, { times: 'us' })).toEqual([]);
      if (!hasKoffi) return;
      await run(home, tools, exec, 'folder-copy', '--xattrs', 'always', fromRoot('fixtures/album'), copy);
    });
  },
);

/** Whether there is a package of koffi's for this machine. */
const hasKoffi = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);

test('npm installs it by git, which builds it', {
  timeout: NPM_MS,
  ...needs('a git checkout', 'the npm registry'),
}, async () => {
  const home = emptyProject();
  const checkout = freshCheckout(scratchFolder());
  expect(ourWarnings(await run(home, undefined, ['npm', 'install'], `git+file://${checkout}`))).toEqual([]);
  await run(home, undefined, ['npx', '--no-install'], 'folder-copy', fromRoot('fixtures/album'), 'copy');
  expect(compareTrees(fromRoot('fixtures/album'), join(home, 'copy'), { times: 'us' })).toEqual([]);
});

test('npm pack makes it in a fresh clone, as the README says', {
  timeout: NPM_MS,
  ...needs('a git checkout', 'the npm registry'),
}, async () => {
  const checkout = freshCheckout(scratchFolder());
  await run(checkout, undefined, ['npm', 'pack']);
  const home = emptyProject();
  const packed = readdirSync(checkout).filter(name => name.endsWith('.tgz'));
  await run(home, undefined, ['npm', 'install'], ...packed.map(name => join(checkout, name)));
  await run(home, undefined, ['npx', '--no-install'], 'folder-copy', fromRoot('fixtures/album'), 'copy');
});

function emptyProject(): string {
  const home = join(scratchFolder(), 'home');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "name": "home", "private": true, "license": "MIT" }');
  return home;
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of `tools`, if it has that; rejects where it ends with another status than 0. */
function run(
  cwd: string,
  tools: string | undefined,
  [program, ...args]: readonly [program: string, ...args: string[]],
  ...more: string[]
): Promise<Output> {
  const path = [...(tools === undefined ? [] : [tools]), process.env.PATH].join(delimiter);
  const env = npmEnvironment({ ...SETTINGS, PATH: path });
  return promisify(execFile)(program, [...args, ...more], { cwd, env });
}

/** Yarn would tell its makers of it, and in CI take no new package; npm 12 takes none from git. */
const SETTINGS = {
  YARN_ENABLE_TELEMETRY: '0',
  YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
  NPM_CONFIG_ALLOW_GIT: 'all',
};

/** The lines that name what we ship as something to be warned of. */
function ourWarnings({ stdout, stderr }: Output): string[] {
  const lines = `${stdout}\n${stderr}`.split('\n');
  return lines.filter(line => /warn|error|ignored|script/i.test(line) && /folder-copy|koffi/.test(line));
}
