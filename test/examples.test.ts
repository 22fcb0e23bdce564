import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { isInstalled } from './helpers/is-installed.js';
import { makeTree } from './helpers/make-tree.js';
import { fromRoot } from './helpers/project-root.js';
import { commandEnvironment } from './helpers/run-command.js';
import { scratchFolder } from './helpers/scratch-folder.js';

// The examples of the READMEs, run as they stand there.

/** The texts of a document's examples in one language, in their order. */
function examples(document: string, language: string): string[] {
  const text = readFileSync(fromRoot(document), 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, body = '']) =>
    name === language ? [body] : [],
  );
}

/** A project that has the package installed. */
function project(): string {
  const root = scratchFolder();
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  symlinkSync(fromRoot('.'), join(root, 'node_modules/folder-copy'));
  symlinkSync(fromRoot('dist/lib/folder-copy.js'), join(root, 'node_modules/.bin/folder-copy'));
  writeFileSync(
    join(root, 'package.json'),
    '{ "type": "module", "scripts": { "build": "node build.js" } }\n',
  );
  return root;
}

const tree = [
  { kind: 'file', path: 'a.txt', content: 'a', mode: '0640' },
  { kind: 'folder', path: 'empty' },
  { kind: 'link', path: 'link', target: 'a.txt' },
] as const;

async function output(root: string, file: string, ...args: string[]): Promise<string> {
  const options = { cwd: root, env: commandEnvironment({ TMPDIR: join(root, 'tmp') }) };
  const { stdout, stderr } = await promisify(execFile)(file, args, options);
  return stdout + stderr;
}

test('that of the library copies a folder and tells of each entry', async () => {
  const root = project();
  const [program = ''] = examples('README.md', 'js');
  makeTree([...tree], join(root, 'photos'));
  writeFileSync(join(root, 'program.js'), program);
  const said = await output(root, process.execPath, 'program.js');
  expect(said.trim().split('\n').toSorted()).toEqual(['a.txt streamed', 'empty made', 'link linked']);
  expect(compareTrees(join(root, 'photos'), join(root, 'backup/photos'))).toEqual([]);
});

test('those of the multiprocessing layer give what their comments say', async () => {
  const root = project();
  const [program = '', tasks = ''] = examples('src/multiprocessing/README.md', 'js');
  writeFileSync(join(root, 'program.js'), program);
  writeFileSync(join(root, 'tasks.js'), tasks);
  expect(await output(root, process.execPath, 'program.js')).toBe('42\n[ 2, 4, 6 ]\none\ntwo\n');
});

describe('the recipe for a fixture', () => {
  const [recipe = ''] = examples('README.md', 'sh');

  /** @returns what the recipe's last command says, with what was under test made to do that */
  async function changesFound(underTest: string): Promise<string> {
    const root = project();
    makeTree([...tree], join(root, 'test/fixture'));
    mkdirSync(join(root, 'tmp'));
    writeFileSync(join(root, 'build.js'), underTest);
    const script = join(root, 'recipe.sh');
    writeFileSync(script, recipe.replace('npm run build --', 'npm --silent run build --'));
    return await output(root, 'sh', '-eu', script);
  }

  test('finds nothing where nothing was touched', async () => {
    expect(await changesFound('')).not.toMatch(/streamed|made|deleted/);
  });

  test('names what was changed, and counts what was added', async () => {
    const said = await changesFound(`import { writeFileSync } from 'node:fs';
      writeFileSync(process.argv[2] + '/a.txt', 'changed');
      writeFileSync(process.argv[2] + '/new', '');`);
    expect(said).toMatch(/streamed \S*a\.txt/);
    expect(said).toMatch(/1 deleted/);
  });
});

test.skipIf(!isInstalled('jq'))('the line for scripts names what failed', async () => {
  const root = project();
  const [line = ''] =
    /(?<=`)folder-copy --progress json .*? \| jq .*?(?=`)/.exec(
      readFileSync(fromRoot('README.md'), 'utf8'),
    ) ?? [];
  makeTree([...tree], join(root, 'src'));
  makeTree([{ kind: 'file', path: 'a.txt/in the way', content: '' }], join(root, 'dest'));
  expect(await output(root, 'sh', '-c', `PATH="$PWD/node_modules/.bin:$PATH"; exec 2> lines; ${line}`)).toBe(
    'a.txt\n',
  );
});
