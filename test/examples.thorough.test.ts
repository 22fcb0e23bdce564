import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { album, follow, mounted, scene, shellExamples } from './example-scene.js';
import { compareTrees } from './helpers/compare-trees.js';
import { examples, userDocuments } from './helpers/documents.js';
import { makeTree } from './helpers/make-tree.js';
import { needs } from './helpers/needs.js';

const withExamples = userDocuments.filter(page => page !== 'README.md' && shellExamples(page).length > 0);

test('most pages have examples', () => {
  expect(withExamples.length).toBeGreaterThan(4);
});

/** What the lines of a page have made, where that is worth a look. */
const results: Readonly<Record<string, (root: string) => void>> = {
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

for (const page of withExamples) {
  const needed = shellExamples(page).some(text => /\bjq\b/.test(text)) ? needs('jq') : {};
  test(`the lines of ${page} run, and make what they say`, needed, async () => {
    const here = scene();
    writeFileSync(join(here.root, 'mnt/backup/other'), '');
    await follow(page, here);
    results[page]?.(here.root);
  });
}

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

test('the line for scripts prints what failed', needs('jq'), async () => {
  const { root, run } = scene();
  const line = examples('src/manual/ci.md', 'sh').find(text => text.includes('jq')) ?? '';
  makeTree([{ kind: 'file', path: 'a.txt/in the way', content: '' }], join(root, 'copy'));
  expect(await run('sh', '-c', `exec 2> lines; ${line}`)).toBe('a.txt\n');
});

const completions: [shell: 'bash' | 'zsh' | 'fish', shows: string][] = [
  ['bash', 'complete -p folder-copy'],
  ['zsh', 'echo $_comps[folder-copy]'],
  ['fish', 'complete -c folder-copy'],
];

for (const [shell, shows] of completions) {
  test(`the line for ${shell} has it complete the options`, needs(shell), async () => {
    const [line = ''] = examples('src/manual/options.md', shell);
    const before = shell === 'zsh' ? 'autoload -U compinit; compinit -D -u' : '';
    expect(await scene().run(shell, '-c', `${before}\n${line}\n${shows}`)).toMatch(/_folder_copy|verify/);
  });
}
