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

  /** @returns what the recipe says and its status, with what was under test made to do that */
  async function changesFound(underTest: string): Promise<{ status: unknown; said: string }> {
    const root = project();
    makeTree([...tree], join(root, 'test/fixture'));
    mkdirSync(join(root, 'tmp'));
    writeFileSync(join(root, 'build.js'), underTest);
    writeFileSync(join(root, 'recipe.sh'), recipe.replace('npm run build', 'npm --silent run build'));
    try {
      return { status: 0, said: await output(root, 'sh', 'recipe.sh') };
    } catch (error) {
      const { code, stdout } = error as { code: unknown; stdout: string };
      return { status: code, said: stdout };
    }
  }

  test('finds nothing where nothing was touched', async () => {
    expect(await changesFound('')).toEqual({
      status: 0,
      said: expect.stringMatching(/^no differences, .*\n$/),
    });
  });

  test('names what was changed and what was added', async () => {
    const { status, said } = await changesFound(`import { writeFileSync } from 'node:fs';
      writeFileSync(process.argv[2] + '/a.txt', 'b');
      writeFileSync(process.argv[2] + '/new', '');`);
    expect(status).toBe(1);
    expect(said).toMatch(/^content a\.txt: at byte 0$/m);
    expect(said).toMatch(/^extra new$/m);
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
