import { join } from 'node:path';
import type { CopyEvent } from 'folder-copy';
import { expect } from 'vitest';
import { makeTree } from './helpers/make-tree.js';
import { processesOf } from './helpers/processes.js';
import { scratchFolder } from './helpers/scratch-folder.js';
import type { TreeEntry } from './helpers/tree-description.js';

export const tree: TreeEntry[] = [
  ...Array.from({ length: 300 }, (_, index): TreeEntry => {
    return { kind: 'file', path: `${index % 9}/${index}.jpg`, size: index };
  }),
  { kind: 'folder', path: 'empty/and/deep' },
  { kind: 'link', path: 'latest', target: '1/1.jpg' },
  { kind: 'socket', path: 'socket' },
];
export const bytes = (299 * 300) / 2;
export const paths = [
  ...tree.map(({ path }) => String(path)),
  ...Array.from({ length: 9 }, (_, index) => String(index)),
  'empty',
  'empty/and',
].toSorted();

export function scene(): { source: string; destination: string } {
  const scratch = scratchFolder();
  return { source: makeTree(tree, join(scratch, 'source')), destination: join(scratch, 'copy') };
}

export const children = () => processesOf(process.pid).filter(pid => pid !== process.pid);

export function ofType<T extends CopyEvent['type']>(
  events: readonly CopyEvent[],
  type: T,
): Extract<CopyEvent, { type: T }>[] {
  return events.filter((event): event is Extract<CopyEvent, { type: T }> => event.type === type);
}

/** What holds for every run that began, however it ended. */
export function expectAccounts(events: readonly CopyEvent[]): void {
  expect(events.at(0)?.type).toBe('start');
  expect(events.at(-1)?.type).toBe('end');
  const settled = events.flatMap(event =>
    event.type === 'file' || event.type === 'error' ? [event.path] : [],
  );
  expect(new Set(settled).size).toBe(settled.length);
  const [end] = ofType(events, 'end');
  const [listed] = ofType(events, 'listed');
  expect(ofType(events, 'error')).toHaveLength(end?.failed ?? -1);
  if (end === undefined || listed === undefined) return;
  const { files, folders, skipped, failed, left } = end;
  expect(listed.files + listed.folders).toBe(files + folders + skipped + failed + left);
}
