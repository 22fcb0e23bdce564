import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../helpers/needs.js';
import { commandEnvironment } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { addPackages, freshInstallation, NPM_MS } from './npm.js';

// A user's bundler that takes the package into a program: one sentence says what is missing and what to do, and
// done so the program works.

let home: string;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  home = await freshInstallation(cleanup => cleanups.push(cleanup));
  await addPackages(home, ...BUNDLERS);
  writeFileSync(join(home, 'copy.mjs'), `import { copyFolder } from 'folder-copy';\n${main('import')}`);
  writeFileSync(join(home, 'copy.cjs'), `const { copyFolder } = require('folder-copy');\n${main('require')}`);
  writeFileSync(join(home, 'webpack.config.cjs'), WEBPACK);
  mkdirSync(join(home, 'source/folder'), { recursive: true });
  return () => cleanups.forEach(cleanup => void cleanup());
}, NPM_MS);

const BUNDLERS = [
  'esbuild',
  'rollup',
  '@rollup/plugin-commonjs',
  '@rollup/plugin-node-resolve',
  'webpack',
  'webpack-cli',
];

/** What the program does, and what it tells of an error that it catches. */
function main(how: string): string {
  return `copyFolder('source', '${how}-copy').then(
    ({ folders }) => console.log(folders),
    error => { console.error(error.name + ': ' + error.message); process.exitCode = 1; });`;
}

const WEBPACK = `module.exports = ({ external }) => ({
  target: 'node20',
  mode: 'production',
  externals: external ? { 'folder-copy': 'commonjs folder-copy' } : {},
});`;

type Arguments = (input: string, output: string, isExternal: boolean) => readonly string[];

const bundlers: [name: string, input: string, output: string, args: Arguments][] = [
  ['esbuild, ESM', 'copy.mjs', 'esbuild.mjs', esbuild('esm')],
  ['esbuild, CommonJS', 'copy.cjs', 'esbuild.cjs', esbuild('cjs')],
  ['esbuild, ESM made CommonJS', 'copy.mjs', 'esbuild-both.cjs', esbuild('cjs')],
  ['Rollup, ESM', 'copy.mjs', 'rollup.mjs', rollup('es')],
  ['Rollup, ESM made CommonJS', 'copy.mjs', 'rollup.cjs', rollup('cjs')],
  ['webpack, CommonJS', 'copy.cjs', 'webpack.cjs', webpack],
  ['webpack, ESM made CommonJS', 'copy.mjs', 'webpack-both.cjs', webpack],
];

function esbuild(format: string): Arguments {
  return (input, output, isExternal) => {
    const external = isExternal ? ['--external:folder-copy'] : [];
    return [
      'esbuild',
      input,
      '--bundle',
      '--platform=node',
      `--format=${format}`,
      `--outfile=${output}`,
      ...external,
    ];
  };
}

function rollup(format: string): Arguments {
  return (input, output, isExternal) => {
    const plugins = ['-p', 'node-resolve={preferBuiltins:true}', '-p', 'commonjs', '--inlineDynamicImports'];
    const external = isExternal ? ['--external', 'folder-copy'] : [];
    return ['rollup', '-i', input, '-o', output, '-f', format, ...plugins, ...external];
  };
}

function webpack(input: string, output: string, isExternal: boolean): readonly string[] {
  const external = isExternal ? ['--env', 'external'] : [];
  const into = ['-o', dirname(output), '--output-filename', basename(output)];
  return ['webpack', '--entry', `./${input}`, ...into, ...external];
}

describe.each(bundlers)('%s', needs('the npm registry'), (_, input, output, args) => {
  async function bundle(folder: string, isExternal: boolean): Promise<string> {
    const file = join(folder, output);
    const [program = '', ...words] = args(input, file, isExternal);
    await promisify(execFile)(join(home, 'node_modules/.bin', program), words, {
      cwd: home,
      env: commandEnvironment(),
    });
    return file;
  }

  async function run(file: string): Promise<{ stdout: string; stderr: string }> {
    return await promisify(execFile)(process.execPath, [file], { cwd: home, env: commandEnvironment() });
  }

  test('bundled, it says what to do', async () => {
    const file = await bundle(scratchFolder(home), false);
    const failed = await run(file).then(
      () => expect.unreachable('it has copied'),
      (error: { stderr: string }) => error.stderr,
    );
    expect(failed).toMatch(
      /Error: .* of folder-copy is not in .*: if a bundler has moved it, keep the package external/,
    );
  });

  test('external, it copies', async () => {
    const file = await bundle(scratchFolder(home), true);
    expect(await run(file)).toEqual({ stdout: '1\n', stderr: '' });
  });
});
