import type { BytePath } from '../common/byte-path.js';
import { listEntries } from './list-entries.js';

/** Bytes of content and number of entries under a folder, as far as it can be read. */
export function measureTree(root: BytePath): { bytes: number; entries: number } {
  let bytes = 0;
  let entries = 0;
  for (const listed of listEntries(root, { dereference: false, oneFileSystem: true })) {
    if (listed.kind === 'enter') entries += 1;
    if (listed.kind !== 'entry') continue;
    entries += 1;
    bytes += listed.entry.facts.size;
  }
  return { bytes, entries };
}
