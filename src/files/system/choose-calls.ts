import type { EntryCalls } from './entry-calls.js';
import { libc } from './libc.js';
import { libcEntryCalls } from './libc-entry-calls.js';
import { nodeEntryCalls } from './node-entry-calls.js';

/** The C library's calls if they can be reached, else Node's. */
export function entryCalls(): EntryCalls {
  if (calls === undefined) {
    const library = libc();
    calls = library === undefined ? nodeEntryCalls : libcEntryCalls(library);
  }
  return calls;
}

let calls: EntryCalls | undefined;
