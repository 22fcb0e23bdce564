import { existsSync } from 'node:fs';

/** Whether a path can begin at an open descriptor, `/proc/self/fd/N`: much is done by these where it can. */
export const HAS_DESCRIPTOR_PATHS = process.platform === 'linux' && existsSync('/proc/self/fd');

/**
 * Linux's flag for a descriptor that only names an entry: it needs no right to read it, and opens nothing. Node does
 * not list it.
 */
export const O_PATH = 0o10000000;
