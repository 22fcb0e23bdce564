import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { joinBytes } from '../../helpers/bytes.js';
import { makeTree } from '../../helpers/make-tree.js';
import { partOf } from '../../helpers/part-of.js';
import { namesIn, run, scene } from './exact-words-scene.js';

const copies: [title: string, line: string, destination: string][] = [
  ['a source', String.raw`folder-copy -q $'caf\xe9' copy`, 'copy'],
  ['a destination', String.raw`folder-copy -q plain $'copy\xe9'`, 'copy\xe9'],
  [
    'both, and parents that are missing',
    String.raw`folder-copy -q $'caf\xe9' $'new\xff/copy\xe9'`,
    'new\xff/copy\xe9',
  ],
  ['both, of which Node makes the same word', String.raw`folder-copy -q $'caf\xe9' $'caf\xea'`, 'caf\xea'],
  ['a source, its destination left out', String.raw`folder-copy -q --suffix .bak $'caf\xe9'`, 'caf\xe9.bak'],
  ['a source with a slash at its end', String.raw`folder-copy -q $'./caf\xe9/' copy`, 'copy'],
  ['a link to such a source', 'folder-copy -q to-cafe copy', 'copy'],
  ['the folder it runs in', String.raw`cd $'caf\xe9' && folder-copy -q . ../copy`, 'copy'],
  [
    'the folder it runs in, and a path from there',
    String.raw`cd $'caf\xe9' && folder-copy -q ../plain "../copy"`,
    'copy',
  ],
  [
    'a destination that stands',
    String.raw`mkdir $'copy\xe9' && folder-copy -q --delete plain $'copy\xe9'`,
    'copy\xe9',
  ],
  [
    'one word among others that hold U+FFFD',
    String.raw`folder-copy -q $'caf\xe9' 'copy�'`,
    Buffer.from('copy�').toString('latin1'),
  ],
  ['a name of U+FFFD itself', `mv plain 'plain�' && folder-copy -q 'plain�' copy`, 'copy'],
  [
    'a source of several workers and sure of it',
    String.raw`folder-copy -q -w 3 --verify --fsync $'caf\xe9' copy`,
    'copy',
  ],
];

describe('bytes that are no UTF-8 in', () => {
  for (const [title, line, destination] of partOf(copies, 5)) {
    test(`${title}`, () => {
      const place = makeTree(scene);
      const before = namesIn(place);
      expect(run(place, line)).toEqual({ status: 0, stdout: '', stderr: '' });
      const copy = joinBytes(place, Buffer.from(destination, 'latin1'));
      expect(readFileSync(joinBytes(copy, Buffer.from('a/menu')), 'utf8')).toBe('coffee');
      expect(readdirSync(copy)).toEqual(['a']);
      const [made = ''] = destination.split('/');
      const renamed = line.startsWith('mv') ? ['plain', Buffer.from('plain�').toString('latin1')] : [];
      const expected = [...before.filter(name => name !== renamed[0]), made, ...renamed.slice(1)];
      expect(namesIn(place)).toEqual(expected.toSorted());
    });
  }

  test('the file of an option, in a word of its own and behind =', () => {
    const place = makeTree([...scene, { kind: 'file', path: { latin1: 'ignored\xfc' }, content: 'b' }]);
    const line = String.raw`folder-copy -q --from $'list\xff' --ignore-file $'ignored\xfc' --checksums=$'sums\xfe' --failed $'failed\xfd' $'caf\xe9' copy`;
    expect(run(place, line)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(namesIn(place)).toEqual(expect.arrayContaining(['sums\xfe', 'failed\xfd']));
    expect(run(place, String.raw`cd copy && sha256sum -c --quiet $'../sums\xfe'`).status).toBe(0);
  });
});
