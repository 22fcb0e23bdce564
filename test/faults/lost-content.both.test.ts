import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { partOf } from '../helpers/part-of.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { copy, finishedIn, makeInterrupted } from './interrupted-run.js';

interface Mark {
  boots: string[];
}

const markName = '.folder-copy.mark';

describe('a finished file that has lost its content in a crash, with its size and time kept,', () => {
  const cases: [title: string, first: string[], boots: (own: string[]) => string[], isMended: boolean][] = [
    ['is copied again after another boot', [], () => ['another'], true],
    ['is trusted within the boot', [], own => own, false],
    ['is copied again if one of several runs was in another boot', [], own => ['another', ...own], true],
    [
      'is copied again after another boot under --fsync, if a run before was without',
      ['--fsync'],
      () => ['another'],
      true,
    ],
    ['is trusted if all was under --fsync', ['--fsync'], own => own, false],
    ['is trusted if all was under --verify, which implies it', ['--verify'], own => own, false],
  ];
  for (const [title, first, boots, isMended] of partOf(cases, 2)) {
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

  for (const option of partOf(['--verify', '--checksums'], 1)) {
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

/** As a power cut can leave it: all zeros, size and time as they were. */
function loseContent(path: string): void {
  const reference = `${path}.reference`;
  execFileSync('touch', ['-r', path, reference]);
  writeFileSync(path, Buffer.alloc(statSync(path).size));
  execFileSync('touch', ['-r', reference, path]);
  rmSync(reference);
}
