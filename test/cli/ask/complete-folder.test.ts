import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { completeFolder, expandHome } from '../../../src/cli/ask/complete-folder.js';
import { makeTree } from '../../helpers/make-tree.js';
import type { TreeEntry } from '../../helpers/tree-description.js';

const scene: TreeEntry[] = [
  { kind: 'folder', path: 'photos/2024' },
  { kind: 'folder', path: 'phone calls/in' },
  { kind: 'folder', path: '.hidden/deep' },
  { kind: 'link', path: '.hidden/above', target: '../photos/2024' },
  { kind: 'folder', path: '照片' },
  { kind: 'folder', path: '-dash' },
  { kind: 'folder', path: 'line\nbreak' },
  { kind: 'folder', path: 'bell\x07' },
  { kind: 'folder', path: { latin1: 'caf\xe9' } },
  { kind: 'file', path: 'phantom.txt', content: '' },
  { kind: 'link', path: 'pictures', target: 'photos' },
  { kind: 'link', path: 'picture.txt', target: 'phantom.txt' },
  { kind: 'link', path: 'pie', target: 'nowhere' },
];

// Behind the path of the scene, what is typed and what is offered.
const cases: [title: string, typed: string, names: string[]][] = [
  [
    'folders only, none hidden, none that cannot be typed',
    '',
    ['-dash/', 'phone calls/', 'photos/', 'pictures/', '照片/'],
  ],
  ['what begins as typed', 'ph', ['phone calls/', 'photos/']],
  ['a name with a blank', 'phone c', ['phone calls/']],
  ['a link to a folder, but not one to a file or to nowhere', 'pi', ['pictures/']],
  ['hidden ones once the dot is typed', '.', ['.hidden/']],
  ['what is in a hidden one', '.hidden/', ['above/', 'deep/']],
  ['what is in a folder with a blank', 'phone calls/', ['in/']],
  ['what is behind a link', 'pictures/', ['2024/']],
  ['letters of any script', '照', ['照片/']],
  ['the folder above', 'photos/..', ['../']],
  ['what is in the folder above', 'photos/../phone', ['phone calls/']],
  ['what is in the folder above that behind a link', '.hidden/above/../20', ['2024/']],
  ['nothing below a file', 'phantom.txt/', []],
  ['nothing in a folder that does not stand there', 'missing/', []],
  ['nothing where no name begins so', 'x', []],
];

for (const [title, typed, names] of cases) {
  test(`offers ${title}: ${JSON.stringify(typed)}`, () => {
    const place = makeTree(scene);
    const [offered, completed] = completeFolder(`${place}/${typed}`);
    expect(offered).toEqual(names);
    expect(completed).toBe(typed.slice(typed.lastIndexOf('/') + 1));
  });
}

test('takes ~ for the home folder at the beginning of a path only', () => {
  expect(completeFolder('~')).toEqual([['~/'], '~']);
  expect(completeFolder('~/')).toEqual(completeFolder(`${homedir()}/`));
  expect(['~', '~/a b', './~', 'a/~', '~other'].map(expandHome)).toEqual([
    homedir(),
    `${homedir()}/a b`,
    './~',
    'a/~',
    '~other',
  ]);
});
