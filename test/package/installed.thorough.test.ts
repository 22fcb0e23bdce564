import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { fromRoot } from '../helpers/project-root.js';
import { commandEnvironment } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { freshInstallation, installNode, NPM_MS } from './npm.js';

// The package as a user has it: packed, and installed in an empty folder.

let home: string;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  home = await freshInstallation(cleanup => cleanups.push(cleanup));
  return () => cleanups.forEach(cleanup => void cleanup());
}, NPM_MS);

const tree = [
  { kind: 'file', path: 'a', content: 'a' },
  { kind: 'file', path: 'nested/b', size: 100_000 },
  { kind: 'link', path: 'link', target: 'a' },
] as const;

function scene(): { source: string; destination: string } {
  const scratch = scratchFolder();
  return { source: makeTree([...tree], join(scratch, 'source')), destination: join(scratch, 'deep/copy') };
}

/** Runs a program that uses the package. @returns what it writes */
async function run(node: string, name: string, text: string, ...args: string[]): Promise<string> {
  const program = join(home, name);
  writeFileSync(program, text);
  const { stdout } = await promisify(execFile)(node, [program, ...args], { env: commandEnvironment() });
  return stdout;
}

const body = `copyFolder(...process.argv.slice(2)).then(({ files }) => console.log(files));`;
const programs: [system: string, name: string, text: string][] = [
  ['CommonJS', 'copy.cjs', `const { copyFolder } = require('folder-copy'); ${body}`],
  ['ESM', 'copy.mjs', `import { copyFolder } from 'folder-copy'; ${body}`],
];

const oldest = '20.11.0';

describe.each([oldest, '22', '24', '26'])('Node %s', needs('the npm registry'), version => {
  test('runs the command, and programs of both module systems', { timeout: NPM_MS }, async () => {
    const node = await installNode(scratchFolder(), version);
    const { stdout } = await promisify(execFile)(node, ['--version']);
    expect(stdout).toMatch(new RegExp(`^v${version}\\b`));
    const { source, destination } = scene();
    const command = join(home, 'node_modules/.bin/folder-copy');
    const said = await promisify(execFile)(node, [command, source, destination], {
      env: commandEnvironment(),
    });
    expect(said).toEqual({ stdout: expect.stringMatching(/^3 files, 1 folder, /), stderr: '' });
    expect(compareTrees(source, destination, { times: 'us' })).toEqual([]);
    for (const [, name, text] of programs) {
      const copy = `${destination}-${name}`;
      expect(await run(node, name, text, source, copy)).toBe('3\n');
      expect(compareTrees(source, copy, { times: 'us' })).toEqual([]);
    }
  });
});

test('whoever imports and whoever requires has the same classes, in workers too', async () => {
  const task = `exports.isQueue = queue => queue instanceof require('folder-copy/multiprocessing').Queue;`;
  writeFileSync(join(home, 'task.cjs'), task);
  writeFileSync(
    join(home, 'task.mjs'),
    `import { Queue } from 'folder-copy/multiprocessing';
    export const isQueue = queue => queue instanceof Queue;`,
  );
  const answer = await run(
    process.execPath,
    'classes.mjs',
    `import { createRequire } from 'node:module';
    import { Pool, Queue, task } from 'folder-copy/multiprocessing';
    import { RefusedError } from 'folder-copy';
    const require = createRequire(import.meta.url);
    const pool = new Pool(1);
    const inWorkers = ['./task.cjs', './task.mjs'].map(module =>
      pool.applyAsync(task(new URL(module, import.meta.url), 'isQueue'), [new Queue()]));
    console.log(JSON.stringify([
      require('folder-copy').RefusedError === RefusedError,
      require('folder-copy/multiprocessing').Queue === Queue,
      ...await Promise.all(inWorkers)]));`,
  );
  expect(JSON.parse(answer)).toEqual([true, true, true, true]);
});

test('its types hold in programs of both module systems', async () => {
  const text = `import { copyFolder, type CopyReport, PartialCopyError } from 'folder-copy';
    import { Pool, task } from 'folder-copy/multiprocessing';
    export const report: Promise<CopyReport> = copyFolder('a', 'b', { workers: 2, onEvent: ({ type }) => void type });
    export const isPartial = (error: unknown) => error instanceof PartialCopyError && error.failures.length > 0;
    export const result: Promise<number> = new Pool(1).applyAsync(task<(n: number) => number>('/x.js', 'x'), [1]);
    // @ts-expect-error: it takes a number
    void copyFolder('a', 'b', { workers: 'two' });`;
  for (const name of ['types.mts', 'types.cts']) writeFileSync(join(home, name), text);
  const settings = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const types = ['--typeRoots', fromRoot('node_modules/@types')];
  const files = ['types.mts', 'types.cts'];
  await promisify(execFile)(fromRoot('node_modules/.bin/tsc'), [...settings, ...types, ...files], {
    cwd: home,
  });
});
