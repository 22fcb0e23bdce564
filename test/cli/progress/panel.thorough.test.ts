import { join } from 'node:path';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { compareTrees } from '../../helpers/compare-trees.js';
import { makeTree } from '../../helpers/make-tree.js';
import { runCommand } from '../../helpers/run-command.js';
import { runInTerminal } from '../../helpers/run-in-terminal.js';
import { openScreen } from '../../helpers/tmux.js';
import type { TreeEntry } from '../../helpers/tree-description.js';

const films: TreeEntry[] = Array.from({ length: 3 }, (_, index) => {
  return { kind: 'file', path: `album/films/holiday-${index}.mov`, size: 12_000_000 };
});
const photos: TreeEntry[] = Array.from({ length: 60 }, (_, index) => {
  return { kind: 'file', path: `album/二〇二四年夏天/照片 ${index}.jpg`, size: 400_000 };
});
const album = [...films, ...photos];
/** Some three seconds of work, for what is looked at when it has ended. */
const slowly = '--progress panel --workers 5 --bwlimit 20m album copy';
/** More work than a test's time: what is to be seen of it is there until it is stopped. */
const endlessly = slowly.replace('20m', '300k');
const command = `folder-copy ${endlessly}`;
const prompt = /^\$$/m;
const panel =
  /^ *\d+\.\d\d% .* left\n\d+\/63 files {2}no failures {2}.* of 57\.2 MiB {2}.*\/s\n[ ▁▂▃▅▇]*[▁▂▃▅▇] {2,}peak .*\/s\n( [1-5] .*(\n|$)){5}/m;

test('the panel: the whole, the graph, five workers; at the end one line is left of it', async () => {
  const place = makeTree(album);
  const screen = openScreen({ cwd: place });
  await screen.sees(prompt);
  screen.type(command, 'Enter');
  const lines = (await screen.sees(panel)).split('\n');
  expect(lines).toHaveLength(9);
  expect(Math.max(...lines.map(line => stringWidth(line)))).toBeLessThan(80);
  await screen.sees(/^ [1-5] {2}films\/holiday-\d\.mov +[█▏▎▍▌▋▊▉ ]+ \d+% of 11\.4 MiB$/m);
  await screen.sees(/^ [1-5] {2}二〇二四年夏天\/照片 \d+\.jpg$/m);
  screen.press('C-c');
  await screen.sees(/\n\$$/);
  screen.type(`clear; folder-copy ${slowly}; echo`, 'Enter');
  const finished = (await screen.sees(/-> [^$]*\n\n\$$/)).split('\n');
  expect(finished).toEqual([
    expect.stringMatching(/^100\.00% █+ .* 63\/63 files {2}57\.2 MiB {2}.*\/s$/),
    expect.stringMatching(/^63 files, 2 folders, 57\.2 MiB in .* -> .*\/copy$/),
    '',
    '$',
  ]);
  expect(compareTrees(join(place, 'album'), join(place, 'copy'), { times: 'us' })).toEqual([]);
});

test('Ctrl-C leaves its last line, Ctrl-Z all lines; fg draws it anew below', async () => {
  const screen = openScreen({ cwd: makeTree(album) });
  await screen.sees(prompt);
  screen.type(command, 'Enter');
  await screen.sees(panel);
  screen.press('C-z');
  const stopped = await screen.sees(/Stopped.*\n\$$/);
  expect(stopped).toMatch(/\n 5 .*\n+.*\[1\]\+ {2}Stopped/);
  screen.type('fg', 'Enter');
  const again = await screen.sees(/\$ fg\n.*\n *\d+\.\d\d% .* left\n(.*\n){2}( [1-5] .*(\n|$)){5}/);
  expect(again.split('\n').slice(0, 9)).toEqual(stopped.split('\n').slice(0, 9));
  screen.press('C-c');
  const ended = await screen.sees(/\n\$$/);
  const [, last = ''] = ended.split('$ fg\n');
  expect(last.trimEnd().split('\n')).toEqual([
    expect.stringContaining(command),
    'folder-copy: SIGINT: stopping',
    expect.stringMatching(/^ *\d+\.\d\d% .* left$/),
    expect.stringMatching(/^folder-copy: copy: stopped; /),
    expect.stringMatching(/ not reached -> /),
    '',
    '$',
  ]);
});

test('a terminal of another size has another panel, and nothing of the one before', async () => {
  const screen = openScreen({ columns: 100, rows: 20, cwd: makeTree(album) });
  await screen.sees(prompt);
  // At the bottom of the screen, as a terminal in use is.
  screen.type(`seq 40; ${command}`, 'Enter');
  for (const columns of [100, 50, 120, 31]) {
    screen.resize(columns);
    // It takes the whole line; above the panel stands nothing but numbers, if anything.
    const cells = String.raw`(?=.{${columns - 1}}\n) *\d+\.\d\d% [█▏▎▍▌▋▊▉ ]+ .* left`;
    const whole = String.raw`^(\d+\n)*${cells}\n(.*\n){2}( [1-5] .*(\n|$)){5}$`;
    await screen.sees(new RegExp(whole));
  }
  screen.resize(25);
  await screen.sees(/^(\d+\n)* *\d+\.\d\d% .* left$/);
  screen.press('C-c');
  await screen.sees(/\n\$$/);
});

test('failures stand above it, are counted, and a small window shows fewer workers', async () => {
  const place = makeTree([...album, { kind: 'file', path: 'album/note', content: 'short' }]);
  makeTree([{ kind: 'file', path: 'note/in the way', content: '' }], join(place, 'copy'));
  const screen = openScreen({ rows: 8, columns: 160, cwd: place });
  await screen.sees(prompt);
  screen.type(`clear; ${command}`, 'Enter');
  await screen.sees(
    /\(ENOTEMPTY\)\n *\d+\.\d\d% .*\n.* 1 failed .*\n.*\n( [1-5] .*\n){3}and 2 more workers$/,
  );
  screen.press('C-c');
  await screen.sees(/\n\$$/);
});

test('it is drawn ten times a second at most, and gives the terminal back whole', async () => {
  const { output } = await runInTerminal(slowly.split(' '), { cwd: makeTree(album) });
  const seconds = Number(/ in (\d+\.\d\d) s /.exec(output)?.[1]);
  const frames = output.split('\x1b[?25l').length - 1;
  // However seldom the command gets to run: after a pause it copies no more than a quarter of a second's bytes.
  expect(frames).toBeGreaterThan(8);
  expect(frames).toBeLessThanOrEqual(seconds * 10 + 2);
  for (const [taken, given] of [
    ['\x1b[?25l', '\x1b[?25h'],
    ['\x1b[?7l', '\x1b[?7h'],
  ] as const) {
    expect(output.lastIndexOf(given)).toBeGreaterThan(output.lastIndexOf(taken));
  }
});

test('where it cannot be drawn it is a line now and then', async () => {
  const { stderr } = await runCommand(slowly.split(' '), { cwd: makeTree(album) });
  expect(stderr).not.toContain('\x1b');
  expect(stderr.split('\n').at(-2)).toMatch(/^100\.00% {2}63\/63 files/);
});

test('a comparison and a dry run have it too', async () => {
  const place = makeTree([
    ...album,
    ...album.map(entry => ({ ...entry, path: String(entry.path).replace('album', 'copy') })),
  ]);
  const screen = openScreen({ cwd: place });
  await screen.sees(prompt);
  screen.type(`${command} --check --verify`, 'Enter');
  await screen.sees(panel);
  screen.press('C-c');
  await screen.sees(/\n\$$/);
  const { output } = await runInTerminal(['-n', '--progress', 'panel', 'album', 'other'], { cwd: place });
  expect(output).toMatch(/100\.00%/);
});
