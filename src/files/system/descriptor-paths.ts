import { existsSync } from 'node:fs';

/** Whether a path can begin at an open descriptor, `/proc/self/fd/N`: much is done by these where it can. */
export const HAS_DESCRIPTOR_PATHS = process.platform === 'linux' && existsSync('/proc/self/fd');
