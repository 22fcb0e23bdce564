import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeTree } from '../helpers/make-tree.js';
import { fromRoot } from '../helpers/project-root.js';
import { removeTree } from '../helpers/scratch-folder.js';
import { openScreen } from '../helpers/tmux.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { terminalPicture } from './terminal-picture.js';

// Draws `bar.svg`, the README's picture, from a real run: `node dist/test/picture/make-picture.js`.
const columns = 80;
const rows = 4;
const frameMs = 150;

const folders = ['2023/summer', '2024/二〇二四年夏天', '2024/🎉 birthday', '2025/the long way home'];
const photos = Array.from({ length: 400 }, (_, index): TreeEntry => {
  const folder = folders[Math.floor(index / 100)] ?? '';
  const name = `IMG_${String(index * 37).padStart(5, '0')}.jpg`;
  return { kind: 'file', path: `photos/${folder}/${name}`, size: 30_000 + (index % 9) * 9_000 };
});

const cleanups: (() => void)[] = [];
const onCleanup = (cleanup: () => void): void => void cleanups.unshift(cleanup);
try {
  // A short path, so that the summary takes one line.
  const scene = mkdtempSync(join(tmpdir(), 'me-'));
  onCleanup(() => removeTree(scene));
  const place = makeTree(photos, scene);
  const screen = openScreen({ columns, rows, cwd: place, onCleanup });
  await screen.sees(/^\$$/m);
  screen.type('folder-copy --bwlimit 8m photos copy', 'Enter');
  const frames: string[] = [];
  while (!/ -> .*\n\$$/.test(frames.at(-1) ?? '')) {
    const frame = screen.text();
    if (frame !== frames.at(-1)) frames.push(frame);
    await delay(frameMs);
  }
  writeFileSync(fromRoot('src/manual/bar.svg'), terminalPicture(frames, { columns, rows, frameMs }));
} finally {
  for (const cleanup of cleanups) cleanup();
}
