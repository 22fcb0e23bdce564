import type { BytePath } from '../common/byte-path.js';
import { listEntries } from './list-entries.js';

/** Bytes of content and number of entries under a folder, as far as it can be read. */
export function measureTree(root: BytePath): { bytes: bigint; entries: bigint } {
  let bytes = 0n;
  let entries = 0n;
  for (const listed of listEntries(root, { dereference: false, oneFileSystem: true })) {
    if (listed.kind === 'enter') entries += 1n;
    if (listed.kind !== 'entry') continue;
    entries += 1n;
    bytes += listed.entry.facts.size;
  }
  return { bytes, entries };
}
