import { fileURLToPath } from 'node:url';

/** The repository's folder, as seen from `dist/test/helpers`. */
export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));
