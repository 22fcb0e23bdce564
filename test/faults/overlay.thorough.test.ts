import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { runCommand, startCommand } from '../helpers/run-command.js';
import { until } from '../helpers/running.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { withoutKoffi } from '../helpers/without-koffi.js';

for (const env of [undefined, withoutKoffi]) {
  const how = env === undefined ? '' : ', in plain Node';
  test(
    `an unfinished copy in an overlay's lower layer, which cannot be renamed, is finished${how}`,
    needs('root', 'mount', '/dev/shm'),
    async () => {
      const scratch = scratchFolder('/dev/shm');
      const at = (name: string) => join(scratch, name);
      for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(at(name));
      const source = makeTree(
        [
          { path: 'a/deep/file', kind: 'file', content: 'x', owner: { uid: 12, gid: 34 } },
          {
            path: 'a/deep',
            kind: 'folder',
            mode: '2550',
            mtime: '1234567890000001000',
            owner: { uid: 12, gid: 34 },
          },
          { path: 'a', kind: 'folder', mode: '711', mtime: '1234567891000001000' },
          { path: 'a/link', kind: 'link', target: 'deep/file' },
          { path: 'b', kind: 'file', size: 3_000_000 },
          { path: 'c/last', kind: 'file', content: 'x' },
          { path: '.', kind: 'folder', mode: '750', mtime: '1234567892000001000' },
        ],
        at('source'),
      );
      const first = startCommand(['-w', '1', '--bwlimit', '50k', source, at('lower/copy')]);
      const isThere = (name: string) => existsSync(at(`lower/copy.partial/${name}`));
      await until('it is at work', () => isThere('b') && isThere('a/deep'), 20_000);
      first.child.kill('SIGINT');
      await first.finished;
      const layers = `lowerdir=${at('lower')},upperdir=${at('upper')},workdir=${at('work')}`;
      execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, at('merged')]);
      onTestFinished(() => void execFileSync('umount', ['-l', at('merged')]));
      const options = { env: env?.() ?? {} };
      const result = await runCommand([source, at('merged/copy')], options);
      expect(result).toMatchObject({ status: 0, stderr: '' });
      expect(compareTrees(source, at('merged/copy'), { times: 'us' })).toEqual([]);
      expect(readdirSync(at('merged'))).toEqual(['copy']);
    },
  );
}
