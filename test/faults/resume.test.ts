import { execFileSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  mkdirSync,
  readFileSync,
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
import { scratchFolder } from '../helpers/scratch-folder.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { copy, finishedIn, makeInterrupted, makePlaces, type Places } from './interrupted-run.js';

interface Mark {
  boots: string[];
}

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

describe('a finished file that has lost its content in a crash, with its size and time kept,', () => {
  const cases: [title: string, first: string[], boots: (own: string[]) => string[], isMended: boolean][] = [
    ['is copied again after another boot', [], () => ['another'], true],
    ['is copied again if one of several runs was in another boot', [], own => ['another', ...own], true],
    [
      'is copied again after another boot under --fsync, if a run before was without',
      ['--fsync'],
      () => ['another'],
      true,
    ],
    ['is trusted within the boot', [], own => own, false],
    ['is trusted if all was under --fsync', ['--fsync'], own => own, false],
    ['is trusted if all was under --verify, which implies it', ['--verify'], own => own, false],
  ];
  for (const [title, first, boots, isMended] of cases) {
    test(title, async () => {
      const places = await makeInterrupted(first);
      const [finished = ''] = finishedIn(places);
      loseContent(join(places.partial, finished));
      const mark = JSON.parse(readFileSync(join(places.partial, markName), 'utf8')) as Mark;
      expect(mark.boots).toHaveLength(first.length > 0 ? 0 : 1);
      writeFileSync(join(places.partial, markName), JSON.stringify({ ...mark, boots: boots(mark.boots) }));
      expect(await copy(places)).toMatchObject({ status: 0, stderr: '' });
      const differences = compareTrees(places.source, places.destination);
      if (isMended) expect(differences).toEqual([]);
      else expect(differences).toMatchObject([expect.stringContaining(`"${finished}": digest`)]);
    });
  }

  for (const option of ['--verify', '--checksums']) {
    test(`is found under ${option} within the boot too`, async () => {
      const places = await makeInterrupted();
      const [finished = ''] = finishedIn(places);
      loseContent(join(places.partial, finished));
      const manifest = join(scratchFolder(), 'sums');
      const options = option === '--checksums' ? [option, manifest] : [option];
      expect(await copy(places, ...options)).toMatchObject({ status: 0, stderr: '' });
      expect(compareTrees(places.source, places.destination)).toEqual([]);
      if (option === '--verify') return;
      execFileSync('sha256sum', ['--quiet', '-c', manifest], { cwd: places.destination });
      const files = [...treeSnapshot(places.source).values()].filter(({ kind }) => kind === 'file');
      expect(readFileSync(manifest, 'utf8').trim().split('\n')).toHaveLength(files.length);
    });
  }
});

function inodesOf(root: string, names: readonly string[]): number[] {
  return names.map(name => statSync(join(root, name)).ino);
}

/** As a power cut can leave it: all zeros, size and time as they were. */
function loseContent(path: string): void {
  const reference = `${path}.reference`;
  execFileSync('touch', ['-r', path, reference]);
  writeFileSync(path, Buffer.alloc(statSync(path).size));
  execFileSync('touch', ['-r', reference, path]);
  rmSync(reference);
}
