import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../../helpers/compare-trees.js';
import { makeTree } from '../../helpers/make-tree.js';
import { runInTerminal } from '../../helpers/run-in-terminal.js';
import { openScreen, type Screen } from '../../helpers/tmux.js';
import type { TreeEntry } from '../../helpers/tree-description.js';
import { treeSnapshot } from '../../helpers/tree-snapshot.js';

const scene: TreeEntry[] = [
  { kind: 'file', path: 'photos/2024/a.jpg', content: 'new' },
  { kind: 'file', path: 'phone calls/in/b.txt', content: 'b' },
  { kind: 'file', path: '.hidden/c', content: 'c' },
  { kind: 'file', path: 'phantom.txt', content: '' },
];
const standing: TreeEntry[] = [
  { kind: 'file', path: 'photos[副本]/2024/a.jpg', content: 'old' },
  { kind: 'file', path: 'photos[副本]/extra', content: 'stays' },
];

const PROMPT = 'Folder to copy: ';
// Readline puts the cursor where it belongs behind each.
const asked = /Folder to copy: /;
const mergeAsked = /\[y\/N\] /;

function open(place: string, columns: number, args: string[] = [], env: Record<string, string> = {}): Screen {
  return openScreen({ program: ['folder-copy', ...args], cwd: place, columns, env });
}

describe.each([40, 80, 200])('at %i columns', columns => {
  test('Tab completes a folder, lists what there is to choose from, and Enter copies it', async () => {
    const place = makeTree(scene);
    const screen = open(place, columns);
    await screen.sees(/^Folder to copy:$/);
    screen.type('ph');
    screen.press('Tab');
    await screen.sees(/^Folder to copy: pho$/);
    screen.press('Tab');
    expect((await screen.sees(/photos\/.*: pho$/s)).split('\n')).toEqual([
      `${PROMPT}pho`,
      'phone calls/  photos/',
      '',
      `${PROMPT}pho`,
    ]);
    screen.type('t');
    screen.press('Tab');
    await screen.sees(/: photos\/$/);
    screen.press('Tab');
    await screen.sees(/: photos\/2024\/$/);
    screen.press('Enter');
    expect(await screen.ended()).toBe(0);
    const [, , , line, ...rest] = screen.text().split('\n');
    expect(line).toBe(`${PROMPT}photos/2024/`);
    // A summary that is wider than the terminal goes on in the next line.
    expect(rest.join('')).toMatch(/100\.00% .*1 file, 0 folders, .*2024\[副本\]$/);
    expect(compareTrees(join(place, 'photos/2024'), join(place, 'photos/2024[副本]'))).toEqual([]);
  });

  test('asks before it merges, in words that fit, and does not where the answer is no', async () => {
    const place = makeTree([...scene, ...standing]);
    const before = treeSnapshot(place);
    const screen = open(place, columns, ['--delete']);
    await screen.sees(/^Folder to copy:$/);
    screen.type('photos');
    screen.press('Enter');
    const question =
      'photos[副本] exists. Merge into it, replacing files of the same name, deleting what photos does not have? [y/N]';
    const lines = (await screen.sees(/y\/N\]$/)).split('\n');
    expect(lines[0]).toBe(`${PROMPT}photos`);
    expect(lines.slice(1).join('').replaceAll(' ', '')).toBe(question.replaceAll(' ', ''));
    screen.press('Enter');
    expect(await screen.ended()).toBe(2);
    expect(screen.text().split('\n').at(-1)).toBe('folder-copy: nothing was copied');
    expect(compareTrees(before, treeSnapshot(place))).toEqual([]);
  });
});

test('completes a name with a blank, a hidden one once its dot is typed, and ~', async () => {
  const place = makeTree(scene);
  const screen = open(place, 80, ['-q'], { HOME: place });
  await screen.sees(/^Folder to copy:$/);
  screen.press('Tab');
  await screen.sees(/: pho$/);
  screen.press('C-u');
  screen.type('.');
  screen.press('Tab');
  await screen.sees(/: \.hidden\/$/);
  screen.press('C-u');
  screen.type('~/phone');
  screen.press('Tab');
  await screen.sees(/: ~\/phone calls\/$/);
  screen.press('Enter');
  expect(await screen.ended()).toBe(0);
  expect(compareTrees(join(place, 'phone calls'), join(place, 'phone calls[副本]'))).toEqual([]);
});

test('keeps the options, and asks again for what is no folder', async () => {
  const place = makeTree(scene);
  const before = treeSnapshot(place);
  const { status, output } = await runInTerminal(['-n', '-v', '--suffix', '.bak'], {
    cwd: place,
    keys: [
      { after: asked, type: '\r' },
      { after: asked, type: 'missing\r' },
      { after: /missing: no such folder\r\n.*Folder to copy: /s, type: 'phantom.txt\r' },
      { after: /phantom.txt: no such folder\r\n.*Folder to copy: /s, type: 'photos\r' },
    ],
  });
  expect(status).toBe(0);
  expect(output).toMatch(/\r\ndry run: 1 file, 1 folder, .* -> .*photos\.bak\r\n$/);
  expect(compareTrees(before, treeSnapshot(place))).toEqual([]);
});

test('merges where the answer is yes', async () => {
  const place = makeTree([...scene, ...standing]);
  const { status } = await runInTerminal(['-q'], {
    cwd: place,
    keys: [
      { after: asked, type: 'photos\r' },
      { after: mergeAsked, type: 'y\r' },
    ],
  });
  expect(status).toBe(0);
  expect(readFileSync(join(place, 'photos[副本]/2024/a.jpg'), 'utf8')).toBe('new');
  expect(readFileSync(join(place, 'photos[副本]/extra'), 'utf8')).toBe('stays');
});

for (const [title, args, scenery, question] of [
  ['nothing stands there', [], scene, undefined],
  ['it only lists', ['-n'], [...scene, ...standing], undefined],
  ['files there are replaced', [], [...scene, ...standing], 'replacing files of the same name'],
  [
    'files there are updated',
    ['--if-exists', 'update'],
    [...scene, ...standing],
    'replacing files that differ',
  ],
  ['files there stay', ['--if-exists', 'skip'], [...scene, ...standing], 'keeping the files that it has'],
  [
    'files there are failures',
    ['--if-exists', 'error'],
    [...scene, ...standing],
    'failing for files that it has',
  ],
] satisfies [string, string[], TreeEntry[], string | undefined][]) {
  test(`${question === undefined ? 'asks no second time' : 'says what merging means'} where ${title}`, async () => {
    const { output } = await runInTerminal(['-q', ...args], {
      cwd: makeTree(scenery),
      keys: [
        { after: asked, type: 'photos\r' },
        { after: mergeAsked, type: 'n\r' },
      ],
    });
    const [, says] = /exists\. Merge into it, (.*?)\? \[y\/N\] /.exec(output) ?? [];
    expect(says).toBe(question);
  });
}

for (const [title, type, status] of [
  ['Ctrl-C', '\x03', 130],
  ['Ctrl-C behind a word', 'photos\x03', 130],
  ['Ctrl-D', '\x04', 2],
] as const) {
  test(`${title} at the prompt ends with ${status}, and nothing is written`, async () => {
    const place = makeTree(scene);
    const { status: was, output } = await runInTerminal([], { cwd: place, keys: [{ after: asked, type }] });
    expect(was).toBe(status);
    // The shell's own prompt begins in a line of its own.
    expect(output).toMatch(/\r\n$/);
    expect(readdirSync(place).toSorted()).toEqual(['.hidden', 'phantom.txt', 'phone calls', 'photos']);
  });

  test(`${title} at the second question ends with ${status}, and nothing is written`, async () => {
    const place = makeTree([...scene, ...standing]);
    const before = treeSnapshot(place);
    const keys = [
      { after: asked, type: 'photos\r' },
      { after: mergeAsked, type },
    ];
    expect((await runInTerminal([], { cwd: place, keys })).status).toBe(status);
    expect(compareTrees(before, treeSnapshot(place))).toEqual([]);
  });
}

test('says where a copy goes on that was begun before, and does not ask', async () => {
  const place = makeTree([...scene, { kind: 'folder', path: 'photos[副本].partial', mode: '700' }]);
  const { status, output } = await runInTerminal(['-q'], {
    cwd: place,
    keys: [{ after: asked, type: 'photos\r' }],
  });
  expect(status).toBe(0);
  expect(output).toContain('resuming the unfinished copy photos[副本].partial\r\n');
  expect(existsSync(join(place, 'photos[副本].partial'))).toBe(false);
});

test("refuses what is not this copy's beginning, as it would unasked", async () => {
  const place = makeTree([...scene, { kind: 'file', path: 'photos[副本].partial/theirs', content: '' }]);
  const { status, output } = await runInTerminal([], {
    cwd: place,
    keys: [{ after: asked, type: 'photos\r' }],
  });
  expect(status).toBe(2);
  expect(output).toMatch(/\r\nfolder-copy: .*partial: exists and is not an unfinished copy.*\r\n$/);
});

test('with a source given it never asks, at a terminal either', async () => {
  const place = makeTree([...scene, ...standing]);
  const { status, output } = await runInTerminal(['photos'], { cwd: place });
  expect(status).toBe(0);
  expect(output).not.toContain('[y/N]');
});

test('where standard error is no terminal it never asks', async () => {
  const place = makeTree(scene);
  const screen = openScreen({ program: ['sh', '-c', 'folder-copy 2> errors'], cwd: place });
  expect(await screen.ended()).toBe(2);
  expect(readFileSync(join(place, 'errors'), 'utf8')).toBe(
    "folder-copy: missing argument 'src'; see folder-copy --help\n",
  );
  expect(screen.text()).not.toContain(PROMPT.trim());
});
