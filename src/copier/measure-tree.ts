import type { BytePath } from '../files/byte-path.js';
import { entriesIn, listEntries } from './listing/list-entries.js';

/** Bytes of content and number of entries under a folder, as far as it can be read. */
export function measureTree(root: BytePath): { bytes: number; entries: number } {
  let bytes = 0;
  let entries = 0;
  for (const listed of listEntries(root, { dereference: false, oneFileSystem: true })) {
    if (listed.kind === 'leave' || listed.kind === 'failed') continue;
    entries += entriesIn(listed);
    if (listed.kind === 'entry') bytes += listed.entry.facts.size;
    else if (listed.kind === 'files') bytes += listed.run.bytes;
  }
  return { bytes, entries };
}
