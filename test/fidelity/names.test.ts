import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { showBytes, toBuffer } from '../helpers/bytes.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { toldCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { runCommand } from '../helpers/run-command.js';
import { describedTree } from '../helpers/tree-description.js';
import { entriesNamed, oddNames } from './odd-names.js';

test('odd names are kept, as those of files, folders, links and hard links', async () => {
  const source = makeTree(oddNames.flatMap(([, name]) => entriesNamed(name)));
  const copy = join(dirname(source), 'copy');
  makeTree(
    oddNames.map(([, name]) => ({ path: name, kind: 'file', content: 'old one' })),
    join(copy, 'files'),
  );
  expect(compareTrees(source, await wholeCopy(source, [], { copy: `${copy} 2` }))).toEqual([]);
  // Once more over files of these names.
  await wholeCopy(source);
  expect(compareTrees(source, copy)).toEqual([]);
});

describe('a name', () => {
  test('that is no UTF-8 stands in events as its bytes, beside a readable form', async () => {
    const source = makeTree([{ path: { latin1: 'caf\xe9' }, kind: 'file', content: '' }]);
    const { events } = await toldCopy(source);
    expect(events.filter(event => event.type === 'file')).toEqual([
      { type: 'file', path: 'caf\ufffd', pathBase64: 'Y2Fm6Q==', bytes: 0, how: 'streamed' },
    ]);
  });

  test('is kept in all the odd forms of odd-names.json together', async () => {
    const source = makeTree(describedTree('odd-names'));
    const copy = await wholeCopy(source);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('of source and destination itself may begin with a dash, behind --', async () => {
    const source = makeTree([{ path: '-x/file', kind: 'file', content: 'a' }]);
    const result = await runCommand(['--', '-x', '-y'], { cwd: source });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(join(source, '-x'), join(source, '-y'))).toEqual([]);
  });

  test('of the source may end with the suffix already', async () => {
    const source = makeTree([{ path: 'a[副本]/file', kind: 'file', content: 'a' }]);
    const result = await runCommand(['a[副本]'], { cwd: source });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(join(source, 'a[副本]'), join(source, 'a[副本][副本]'))).toEqual([]);
  });
});

test('the table of names has no name twice', () => {
  const shown = oddNames.map(([, name]) => showBytes(toBuffer(name)));
  expect(new Set(shown).size).toBe(shown.length);
});
