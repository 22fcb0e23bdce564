import { fileURLToPath } from 'node:url';

/** What a child runs that is given no program of its own. */
export const OWN_PROGRAM = fileURLToPath(new URL('./child/entry.js', import.meta.url));
