import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readDocument } from './helpers/documents.js';
import { helpOptions, longNames } from './helpers/help-options.js';
import { fromRoot } from './helpers/project-root.js';

// What the comparison says about others was looked at by hand; what it says about us is held here, as far as that is cheap.

/** The test that proves what we claim in a row. */
const proofs: Readonly<Record<string, string>> = {
  'symbolic links stay links': 'fidelity/links',
  'hard links stay hard links': 'fidelity/kinds',
  FIFOs: 'fidelity/kinds',
  'empty folders': 'cli/destinations',
  'hidden files': 'fidelity/names',
  'names that are not UTF-8': 'fidelity/names',
  'permission bits': 'fidelity/metadata',
  'modification times': 'fidelity/metadata',
  'owner and group, as root': 'fidelity/metadata',
  'extended attributes, POSIX ACLs': 'fidelity/attributes',
  'holes stay holes': 'fidelity/holes',
  'blocks shared (btrfs)': 'file-systems',
  'no half file after a kill': 'faults/kills',
  'a new destination appears when it is complete': 'faults/kill-points',
  'the same command resumes': 'faults/resume',
  'does not write through links in the destination': 'existing/nothing-outside',
  'a destination inside the source is refused': 'cli/refusals',
  'a second run at the same time is refused': 'faults/claims',
  'a file that changes while it is copied is noticed': 'changing-sources',
  'contents are verified': 'options/verify',
  'waits until the files are on the disk': 'faults/power-cut',
  'looks at the free space first': 'options/space-check',
  'one unreadable file: copies the rest': 'without-rights',
  'the exit status shows failures': 'cli/failures',
  'tries again after errors': 'options/retries',
  'excluding files': 'options/filters-like-git',
  'replacing only what is older': 'existing/newer',
  'a changed mode or owner is put right without copying': 'existing/adjusting',
  'removing extra files': 'existing/deleting',
  'a limit for that, known before the first deletion': 'options/max-delete',
  'an empty source does not empty the destination': 'options/max-delete',
  'snapshots: hard links to an earlier copy': 'options/link-dest',
  'keeping replaced files': 'options/backup-dir',
  'comparing two folders': 'options/check',
  'dry run': 'options/dry-run',
  'limiting the rate': 'options/bwlimit',
  'several files at a time': 'options/ranges',
  'progress bar': 'cli/progress/bar',
  'the files that are being copied, each with its progress': 'cli/progress/panel',
  'progress for programs': 'cli/progress/json',
  'a log in a file': 'options/log',
  'from a program': 'library',
};

const page = readDocument('src/manual/comparison.md');
const ours = rowsBelow('| | folder-copy | `cp -a` | `rsync -a` | `rclone copy` |');
const others = rowsBelow('| | `xcp -r` | cpy-cli | fs-extra | robocopy |');

interface Row {
  feature: string;
  cells: string[];
}

function rowsBelow(heading: string): Row[] {
  const tables = page.split('\n\n').filter(text => text.startsWith(heading));
  return tables
    .flatMap(text => text.trim().split('\n').slice(2))
    .map(line => {
      const [feature = '', ...cells] = line.replace(/^\| (.*) \|$/, '$1').split(' | ');
      return { feature, cells };
    });
}

test('both parts have the same rows, each with a cell for every tool', () => {
  const features = ours.map(({ feature }) => feature);
  expect(features.length).toBeGreaterThan(20);
  expect(others.map(({ feature }) => feature)).toEqual(features);
  expect(new Set(features).size).toBe(features.length);
  const isIncomplete = ({ cells }: Row) => cells.length !== 4 || cells.some(cell => cell.trim() === '');
  expect([...ours, ...others].filter(isIncomplete)).toEqual([]);
});

test('what we claim is proved by a test that exists', () => {
  const claimed = ours.filter(({ feature, cells }) => /^(yes|`)/.test(cells[0] ?? '') && feature !== 'needs');
  expect(claimed.map(({ feature }) => feature).toSorted()).toEqual(Object.keys(proofs).toSorted());
  const isThere = (name: string) =>
    ['test.ts', 'thorough.test.ts'].some(end => existsSync(fromRoot('test', `${name}.${end}`)));
  const missing = Object.values(proofs).filter(name => !isThere(name));
  expect(missing).toEqual([]);
});

test('the options it names as ours are options of the command', async () => {
  const known = (await helpOptions()).flatMap(({ flags }) => longNames(flags));
  const named = ours.flatMap(({ cells }) => longNames(cells[0] ?? ''));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter(name => !known.includes(name))).toEqual([]);
});
