import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { isRoot } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { partOf } from '../helpers/part-of.js';
import { runCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { mortal } from './mortal.js';

const readable: TreeEntry[] = [
  ...Array.from({ length: 200 }, (_, index): TreeEntry => {
    return { kind: 'file', path: `photos/${index % 7}/${index}.jpg`, content: String(index) };
  }),
  { kind: 'link', path: 'photos/latest', target: '1/1.jpg' },
];

// What cannot be copied, and what is said of it; everything else has to be in the copy.
const failures: [title: string, entries: TreeEntry[], lines: string[], missing: string[]][] = [
  [
    'a file that cannot be read',
    [{ kind: 'file', path: 'photos/3/secret.jpg', content: 's', mode: '000' }],
    ['folder-copy: photos/3/secret.jpg: cannot be opened: permission denied (EACCES)'],
    ['missing: "3/secret.jpg" (file)'],
  ],
  [
    'a folder that cannot be read',
    [
      { kind: 'file', path: 'photos/closed/a.jpg', content: 'a' },
      { kind: 'folder', path: 'photos/closed', mode: '000' },
    ],
    ['folder-copy: photos/closed: permission denied (EACCES)'],
    // Without root's rights nobody sees what is in it.
    ['missing: "closed" (folder)', ...(isRoot ? ['missing: "closed/a.jpg" (file)'] : [])],
  ],
  [
    'several, in the first folder and in the last',
    ['0', '3', '6'].map(folder => ({
      kind: 'file',
      path: `photos/${folder}/secret`,
      content: 's',
      mode: '000',
    })),
    ['0', '3', '6'].map(
      folder => `folder-copy: photos/${folder}/secret: cannot be opened: permission denied (EACCES)`,
    ),
    ['0', '3', '6'].map(folder => `missing: "${folder}/secret" (file)`),
  ],
  [
    'a file whose name would break the line',
    [{ kind: 'file', path: 'photos/two\nlines\x1b[2J', content: 's', mode: '000' }],
    [String.raw`folder-copy: photos/two\nlines\x1b[2J: cannot be opened: permission denied (EACCES)`],
    [String.raw`missing: "two\nlines\u001b[2J" (file)`],
  ],
];

const runs = [false, true].flatMap(quiet => failures.map(failure => [quiet, ...failure] as const));
for (const [quiet, title, entries, lines, missing] of partOf(runs, 5)) {
  test(`reports ${title}, copies the rest and ends with 1${quiet ? ', with -q too' : ''}`, async () => {
    const scratch = scratchFolder();
    chmodSync(scratch, 0o777);
    const place = makeTree([...readable, ...entries], join(scratch, 'place'));
    const args = ['photos', join(scratch, 'copy'), ...(quiet ? ['-q'] : [])];
    const { status, stdout, stderr } = await runCommand(args, { cwd: place, ...mortal });
    // Of another user's owners it tells once; it has a test of its own.
    const said = stderr.replace(/^folder-copy: the owner or group of .*\n/m, '');
    expect({ status, lines: said.split('\n').toSorted() }).toEqual({
      status: 1,
      lines: ['', ...lines].toSorted(),
    });
    if (quiet) expect(stdout).toBe('');
    else
      expect(stdout).toMatch(
        new RegExp(
          `^201 files, 7 folders, .*, ${lines.length} failed(, not kept: 209 owners)? -> .*/copy\n$`,
        ),
      );
    const comparison = { times: 'us', owners: false } as const;
    const differences = compareTrees(join(place, 'photos'), join(scratch, 'copy'), comparison);
    expect(differences.toSorted()).toEqual(missing.toSorted());
  });
}
