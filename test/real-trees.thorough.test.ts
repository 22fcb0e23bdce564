import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { fromRoot } from './helpers/project-root.js';
import { rsyncDifferences } from './helpers/rsync-differences.js';
import { runCommand } from './helpers/run-command.js';
import { scratchFolder } from './helpers/scratch-folder.js';
import { type TreeSnapshot, treeSnapshot } from './helpers/tree-snapshot.js';

const trees = [
  { name: "the project's node_modules", source: fromRoot('node_modules') },
  { name: "the system's C headers", source: '/usr/include' },
  { name: "the system's documentation", source: '/usr/share/doc' },
].filter(({ source }) => existsSync(source));

for (const { name, source } of trees) {
  describe(name, () => {
    let before: TreeSnapshot;
    beforeAll(() => {
      before = treeSnapshot(source);
    });

    for (const workers of [1, 2, 5]) {
      test(`is copied whole by a pool of ${workers}`, async () => {
        const destination = join(scratchFolder(), 'copy');
        const result = await runCommand(['--workers', String(workers), source, destination]);
        expect(result).toMatchObject({ status: 0, stderr: '' });
        const copy = treeSnapshot(destination);
        expect(compareTrees(before, copy)).toEqual([]);
        expect(rsyncDifferences(source, destination)).toEqual([]);
        const folders = [...copy.values()].filter(entry => entry.kind === 'folder').length - 1;
        const files = copy.size - 1 - folders;
        expect(result.stdout).toMatch(new RegExp(`^${files} files, ${folders} folders, `));
      });
    }

    test('is left as it was by all of them', () => {
      expect(compareTrees(before, source)).toEqual([]);
    });
  });
}
