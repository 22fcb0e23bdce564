import {
  chownSync,
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { needs } from '../helpers/needs.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { copy, finishedIn, makeInterrupted, makePlaces, type Places } from './interrupted-run.js';

const markName = '.folder-copy.mark';

describe('a .partial that is not the beginning of this copy is refused, and nothing touched', () => {
  const foreign: [title: string, change: (places: Places) => void, says: RegExp, asRoot?: 'as root'][] = [
    [
      'of another source',
      ({ source }) => {
        renameSync(source, `${source}.old`);
        cpSync(`${source}.old`, source, { recursive: true });
      },
      /is an unfinished copy of .*source/,
    ],
    ['without its mark', ({ partial }) => rmSync(join(partial, markName)), /not an unfinished copy/],
    [
      'with a broken mark',
      ({ partial }) => writeFileSync(join(partial, markName), '{"fold'),
      /not an unfinished copy/,
    ],
    [
      'that is a link',
      ({ partial }) => {
        renameSync(partial, `${partial}.moved`);
        symlinkSync(`${partial}.moved`, partial);
      },
      /not a folder/,
    ],
    [
      'that is a file',
      ({ partial }) => {
        rmSync(partial, { recursive: true });
        writeFileSync(partial, 'mine');
      },
      /not a folder/,
    ],
    ['of another user', ({ partial }) => chownSync(partial, 65534, 65534), /another user/, 'as root'],
    [
      'beside its destination',
      ({ destination }) => mkdirSync(destination),
      /copy: exists, and so does .*partial/,
    ],
  ];
  for (const [title, change, says, asRoot] of foreign) {
    test(title, asRoot === undefined ? {} : needs('root'), async () => {
      const places = await makeInterrupted();
      change(places);
      const before = treeSnapshot(dirname(places.source));
      const result = await copy(places);
      expect(result).toMatchObject({ status: 2, stdout: '' });
      expect(result.stderr).toMatch(says);
      expect(result.stderr).toMatch(/^folder-copy: [^\n]+\n$/);
      expect(compareTrees(before, dirname(places.source))).toEqual([]);
    });
  }

  test('but one that is empty and ours is gone on with', async () => {
    const places = makePlaces();
    mkdirSync(places.partial);
    expect(await copy(places)).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(places.source, places.destination)).toEqual([]);
  });
});

describe('a run goes on where a killed one stopped', () => {
  test('and copies nothing again that is finished', async () => {
    const places = await makeInterrupted();
    const finished = finishedIn(places);
    const inodes = inodesOf(places.partial, finished);
    const result = await copy(places, '-v');
    expect(result.status).toBe(0);
    for (const name of finished) expect(result.stderr).toContain(`skipped ${places.source}/${name}\n`);
    expect(inodesOf(places.destination, finished)).toEqual(inodes);
    expect(compareTrees(places.source, places.destination)).toEqual([]);
  });
});

function inodesOf(root: string, names: readonly string[]): number[] {
  return names.map(name => statSync(join(root, name)).ino);
}
