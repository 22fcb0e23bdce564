import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { examples, userDocuments } from './helpers/documents.js';
import { isInstalled } from './helpers/is-installed.js';
import { makeTree } from './helpers/make-tree.js';
import { fromRoot } from './helpers/project-root.js';
import { commandEnvironment, commandPath } from './helpers/run-command.js';
import { scratchFolder } from './helpers/scratch-folder.js';

// The examples of the README and the manual, run as they stand there.

const album = [
  { kind: 'file', path: 'a.txt', content: 'a', mode: '0640' },
  { kind: 'file', path: 'notes.tmp', content: 'later' },
  { kind: 'file', path: '2024/best.jpg', size: 3000 },
  { kind: 'file', path: '2024/sea.jpg', size: 2000 },
  { kind: 'file', path: 'cache/thumbnail', size: 100 },
  { kind: 'folder', path: 'empty' },
  { kind: 'link', path: 'link', target: 'a.txt' },
] as const;

interface Scene {
  readonly root: string;
  /** Runs a program there, with the command on its path; rejects if that fails. @returns all that it writes */
  run(program: string, ...args: string[]): Promise<string>;
}

/** A home with some photos, a disk for backups, and a project that has the package installed. */
function scene(): Scene {
  const root = scratchFolder();
  makeTree([...album], join(root, 'photos'));
  makeTree([...album], join(root, 'test/fixture'));
  makeTree([...album], join(root, 'fixtures/project'));
  for (const folder of ['mnt/backup', 'tmp', 'bin', 'node_modules'])
    mkdirSync(join(root, folder), { recursive: true });
  symlinkSync(fromRoot('.'), join(root, 'node_modules/folder-copy'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(root, 'expected-changes.txt'), 'extra output\n');
  script('folder-copy', `exec '${process.execPath}' '${commandPath}' "$@"`);
  script('npx', '"$@"'); // finds the command here, as npx would in a project
  script('npm', 'test "$1 $2 $3" = "run build --" && exec ./build "$4"');
  script('my-program', 'touch output');
  script('../build', ':');
  const env = commandEnvironment({
    PATH: `${join(root, 'bin')}:${process.env.PATH ?? ''}`,
    HOME: root,
    MNT: join(root, 'mnt'),
    TMPDIR: join(root, 'tmp'),
  });

  function script(name: string, line: string): void {
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }

  return {
    root,
    async run(program, ...args) {
      const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: root, env });
      return stdout + stderr;
    },
  };
}

/** What has been typed before a page's own lines. */
const before: Readonly<Record<string, string>> = {
  'src/manual/backups.md': 'folder-copy -q photos /mnt/backup/monday',
  'src/manual/comparing.md': 'folder-copy -q photos /mnt/backup/photos',
};

/** The shell examples of a page; what installs the package is tried by the package's own tests. */
function shellExamples(page: string): string[] {
  return examples(page, 'sh').filter(text => !text.startsWith('git clone '));
}

/** The examples' /mnt lies in the scene. */
function mounted(text: string): string {
  return text.replaceAll(/(?<=\s)\/mnt\//g, '"$MNT"/');
}

/** Runs the examples of a page from top to bottom, as its reader would. */
async function follow(page: string, { run }: Scene): Promise<void> {
  for (const text of [before[page] ?? '', ...shellExamples(page)]) {
    if (/\bjq\b/.test(text) && !isInstalled('jq')) continue;
    await run('sh', '-euc', mounted(text));
  }
}

const withExamples = userDocuments.filter(page => shellExamples(page).length > 0);

test('most pages have examples', () => {
  expect(withExamples.length).toBeGreaterThan(4);
});

/** What the lines of a page have made, where that is worth a look. */
const results: Readonly<Record<string, (root: string) => void>> = {
  'README.md': root => {
    for (const copy of ['photos[副本]', 'mnt/backup/photos'])
      expect(compareTrees(join(root, 'photos'), join(root, copy))).toEqual([]);
    expect(existsSync(join(root, 'mnt/backup/other'))).toBe(true);
  },
  'src/manual/options.md': root => {
    const files = (folder: string) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).toSorted();
    const left = ['2024', '2024/best.jpg', '2024/sea.jpg', 'a.txt', 'empty', 'link'];
    expect(files('some')).toEqual(left);
    expect(files('pictures')).toEqual(['2024', '2024/best.jpg', '2024/sea.jpg']);
    const few = ['2024', '2024/best.jpg', 'a.txt', 'cache', 'cache/thumbnail', 'empty', 'link', 'notes.tmp'];
    expect(files('few')).toEqual(few);
  },
};

test.each(withExamples)('the lines of %s run, and make what they say', async page => {
  const here = scene();
  writeFileSync(join(here.root, 'mnt/backup/other'), '');
  await follow(page, here);
  results[page]?.(here.root);
});

test('yesterday is as it was after a snapshot of today', async () => {
  const here = scene();
  const yesterday = join(here.root, 'yesterday');
  makeTree([...album], yesterday);
  const snapshot = shellExamples('src/manual/backups.md').at(-1) ?? '';
  expect(snapshot).toContain('folder-copy monday tuesday');
  await here.run('folder-copy', '-q', 'photos', 'mnt/backup/monday');
  writeFileSync(join(here.root, 'photos/a.txt'), 'changed');
  await here.run('sh', '-euc', mounted(snapshot));
  expect(readFileSync(join(here.root, 'mnt/backup/monday/a.txt'), 'utf8')).toBe('a');
  expect(compareTrees(join(here.root, 'photos'), join(here.root, 'mnt/backup/tuesday'))).toEqual([]);
});

describe('the recipe for a fixture', () => {
  const recipe = examples('src/manual/ci.md', 'sh').find(text => text.includes('test/fixture')) ?? '';

  test('finds nothing if nothing was touched', async () => {
    expect(await scene().run('sh', '-euc', recipe)).toMatch(/^no differences, .*\n$/);
  });

  test('names what was changed and what was added', async () => {
    const { root, run } = scene();
    writeFileSync(join(root, 'build'), '#!/bin/sh\ncd "$1" && printf b > a.txt && touch new\n');
    const failure = run('sh', '-euc', recipe);
    for (const line of ['content a.txt: at byte 0\n', 'extra new\n'])
      await expect(failure).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining(line) });
  });
});

test('the recipe for the tests of a program fails where it changes something else', async () => {
  const [, recipe = ''] = examples('src/manual/comparing.md', 'sh');
  const { root, run } = scene();
  await run('sh', '-euc', recipe);
  writeFileSync(join(root, 'bin/my-program'), '#!/bin/sh\ntouch output; rm a.txt\n');
  await expect(run('sh', '-euc', `rm -r work\n${recipe}`)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('> missing a.txt'),
  });
});

test.skipIf(!isInstalled('jq'))('the line for scripts prints what failed', async () => {
  const { root, run } = scene();
  const line = examples('src/manual/ci.md', 'sh').find(text => text.includes('jq')) ?? '';
  makeTree([{ kind: 'file', path: 'a.txt/in the way', content: '' }], join(root, 'copy'));
  expect(await run('sh', '-c', `exec 2> lines; ${line}`)).toBe('a.txt\n');
});

const completions: [shell: string, shows: string][] = [
  ['bash', 'complete -p folder-copy'],
  ['zsh', 'echo $_comps[folder-copy]'],
  ['fish', 'complete -c folder-copy'],
];

for (const [shell, shows] of completions) {
  test.skipIf(!isInstalled(shell))(`the line for ${shell} has it complete the options`, async () => {
    const [line = ''] = examples('src/manual/options.md', shell);
    const before = shell === 'zsh' ? 'autoload -U compinit; compinit -D -u' : '';
    expect(await scene().run(shell, '-c', `${before}\n${line}\n${shows}`)).toMatch(/_folder_copy|verify/);
  });
}

const programs: [page: string, prints: RegExp][] = [
  ['README.md', /^streamed a\.txt$.*^6 files, 5106 bytes$/ms],
  ['src/manual/library.md', /^streamed a\.txt$.*^6 files, 3 folders in .*\/backup\/photos$/ms],
];

test.each(programs)('the program of %s copies a folder and names each entry', async (page, prints) => {
  const { root, run } = scene();
  const [program = ''] = examples(page, 'js');
  writeFileSync(join(root, 'program.js'), program);
  expect(await run(process.execPath, 'program.js')).toMatch(prints);
  expect(compareTrees(join(root, 'photos'), join(root, 'backup/photos'))).toEqual([]);
});

test('the program of the library page names what failed', async () => {
  const { root, run } = scene();
  writeFileSync(join(root, 'program.js'), examples('src/manual/library.md', 'js')[0] ?? '');
  makeTree([{ kind: 'file', path: 'a.txt/in the way', content: '' }], join(root, 'backup/photos'));
  expect(await run(process.execPath, 'program.js')).toMatch(/^a\.txt: .* \(\w+\)$/m);
});

test('the programs of the multiprocessing page print what their comments say', async () => {
  const { root, run } = scene();
  const [program = '', tasks = ''] = examples('src/manual/multiprocessing.md', 'js');
  writeFileSync(join(root, 'program.js'), program);
  writeFileSync(join(root, 'tasks.js'), tasks);
  expect(await run(process.execPath, 'program.js')).toBe('42\n[ 2, 4, 6 ]\none\ntwo\n');
});
