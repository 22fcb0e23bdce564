import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeTree } from '../helpers/make-tree.js';
import { fromRoot } from '../helpers/project-root.js';
import { type OnCleanup, removeTree } from '../helpers/scratch-folder.js';
import { openScreen } from '../helpers/tmux.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { terminalPicture } from './terminal-picture.js';

// Draws the README's pictures, from real runs: `node dist/test/picture/make-pictures.js [folder]`.
// Given a folder, it draws there what is only to be looked at: other widths, and terminals without colour or UTF-8.

interface Picture {
  readonly name: string;
  readonly command: string;
  readonly entries: TreeEntry[];
  readonly label: string;
  readonly columns: number;
  readonly rows: number;
  readonly frameMs: number;
  readonly env?: Record<string, string>;
}

const folders = ['2023/summer', '2024/二〇二四年夏天', '2024/🎉 birthday', '2025/the long way home'];
const photos = Array.from({ length: 400 }, (_, index): TreeEntry => {
  const folder = folders[Math.floor(index / 100)] ?? '';
  const name = `IMG_${String(index * 37).padStart(5, '0')}.jpg`;
  return { kind: 'file', path: `photos/${folder}/${name}`, size: 30_000 + (index % 9) * 9_000 };
});
const films = [1, 2, 3, 4].map((number): TreeEntry => {
  return { kind: 'file', path: `photos/films/holiday-${number}.mov`, size: 18_000_000 + number * 4_000_000 };
});

const bar: Picture = {
  name: 'bar',
  command: 'folder-copy --bwlimit 8m photos copy',
  entries: photos,
  label: 'folder-copy at a terminal, with its bar',
  columns: 80,
  rows: 4,
  frameMs: 150,
};
const panel: Picture = {
  name: 'panel',
  command: 'folder-copy --progress panel --workers 5 --bwlimit 20m photos copy',
  entries: [...films, ...photos],
  label: 'folder-copy at a terminal, with its panel',
  columns: 80,
  rows: 10,
  frameMs: 500,
};
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  for (const picture of [bar, panel]) await draw(picture, fromRoot('src/manual'));
} else {
  const without: Record<string, Record<string, string>> = {
    colour: {},
    'no-colour': { NO_COLOR: '1' },
    'no-utf8': { LC_ALL: 'C', NO_COLOR: '1' },
  };
  for (const [title, env] of Object.entries(without)) {
    for (const columns of [40, 80, 120])
      await draw({ ...bar, name: `bar-${columns}-${title}`, columns, env }, folder);
    await draw({ ...panel, name: `panel-80-${title}`, rows: 24, env }, folder);
  }
}

async function draw(picture: Picture, target: string): Promise<void> {
  const cleanups: (() => void)[] = [];
  try {
    const screens = await record(picture, cleanup => void cleanups.unshift(cleanup));
    // Where nothing moves, it shows a moment of the run.
    const still = Math.floor(screens.length / 2);
    writeFileSync(join(target, `${picture.name}.svg`), terminalPicture(screens, still, picture));
  } finally {
    for (const cleanup of cleanups) cleanup();
  }
}

async function record(picture: Picture, onCleanup: OnCleanup): Promise<string[]> {
  const { command, entries, columns, rows, frameMs, env = {} } = picture;
  // A short path, so that the summary takes one line.
  const scene = mkdtempSync(join(tmpdir(), 'me-'));
  onCleanup(() => removeTree(scene));
  const screen = openScreen({ columns, rows, cwd: makeTree(entries, scene), env, onCleanup });
  await screen.sees(/^\$$/m);
  screen.type(command, 'Enter');
  const screens: string[] = [];
  while (!/ -> [^$]*\n\$$/.test(screen.text())) {
    const seen = screen.coloured();
    if (seen !== screens.at(-1)) screens.push(seen);
    await delay(frameMs);
  }
  return [...screens, screen.coloured()];
}
