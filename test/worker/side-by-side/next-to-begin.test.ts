import { expect, test } from 'vitest';
import { nextToBegin } from '../../../src/worker/side-by-side/next-to-begin.js';

/** Three files in each of four folders. */
const folderOf = Uint16Array.from([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
const rows = Array.from(folderOf, (_, row) => row);

/** Begins files, none of which is ever through. @returns the folders that they are in */
function begun(count: number, turn: number, mayBegin = (_row: number) => true): number[] {
  const waiting = [...rows];
  const underWay = new Uint8Array(4);
  return Array.from({ length: count }, () => {
    const at = nextToBegin(waiting, { turn, end: 9, folderOf }, underWay, mayBegin);
    const [row = -1] = at === undefined ? [] : waiting.splice(at, 1);
    const folder = folderOf[row] ?? -1;
    if (folder >= 0) underWay[folder] = (underWay[folder] ?? 0) + 1;
    return folder;
  });
}

test('files of several folders are begun in turn, none behind the end, and at last none', () => {
  expect(begun(10, 0)).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, -1]);
});

test('a file whose turn it is comes first, whatever its folder has under way', () => {
  const underWay = Uint8Array.from([5, 0, 0, 0]);
  expect(nextToBegin(rows, { turn: 0, end: 12, folderOf }, underWay, () => true)).toBe(0);
  expect(nextToBegin(rows, { turn: 1, end: 12, folderOf }, underWay, row => row !== 1)).toBe(3);
});

test('what may not be begun is left', () => {
  expect(begun(4, 0, row => row % 3 === 1)).toEqual([0, 1, 2, -1]);
});
