import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, toldCopy } from '../helpers/copies.js';
import { partOf } from '../helpers/part-of.js';
import { shell } from '../helpers/shell.js';
import { withoutKoffi } from '../helpers/without-koffi.js';
import { isLinked, scene } from './link-dest-scene.js';

describe('--link-dest', () => {
  const runs: [title: string, args: string[], env: () => Record<string, string>][] = [
    ['without koffi', [], withoutKoffi],
    ['with -v, where each is told of', ['-v'], () => ({})],
    ['with --fsync', ['--fsync'], () => ({})],
    ['with one worker and a rate limit', ['-w', '1', '--bwlimit', '1m'], () => ({})],
  ];
  for (const [title, args, env] of partOf(runs, 1)) {
    test(`so it is ${title}`, async () => {
      const { source, snapshot } = await scene();
      const { status, copy } = await commandCopy(source, ['--link-dest', snapshot, ...args], { env: env() });
      expect(status).toBe(0);
      expect(compareTrees(source, copy, { times: 'us' })).toEqual([]);
      const paths = ['same', 'folder/deep', 'link'];
      expect(paths.filter(path => !isLinked(copy, snapshot, path))).toEqual([]);
    });
  }

  const differences: [title: string, change: (snapshot: string) => void][] = [
    ['mode', snapshot => chmodSync(join(snapshot, 'folder/deep'), 0o600)],
    ['size', snapshot => writeFileSync(join(snapshot, 'folder/deep'), 'longer')],
    ['modification time', snapshot => shell(snapshot, 'touch -d @7 folder/deep')],
    ['kind', snapshot => shell(snapshot, 'rm folder/deep; ln -s ../same folder/deep')],
    ['folder, which is a link to one', snapshot => shell(snapshot, 'mv folder other; ln -s other folder')],
    ['folder, which is not there', snapshot => shell(snapshot, 'rm -r folder')],
  ];
  for (const [what, change] of partOf(differences, 2)) {
    test(`copies what has another ${what} there`, async () => {
      const { source, snapshot } = await scene();
      change(snapshot);
      const { how, copy } = await toldCopy(source, { linkDest: [snapshot] });
      expect(how).toMatchObject({ same: 'linked', 'folder/deep': 'streamed' });
      expect(compareTrees(source, copy)).toEqual([]);
    });
  }
});
