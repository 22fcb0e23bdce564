import { createRequire } from 'node:module';
import { RefusedError } from '../../copier/report/errors.js';
import { codeOf } from '../../files/failure.js';

/** What a fleet needs beside this package; nobody else has to install it. */
export interface Packages {
  readonly bullmq: typeof import('bullmq');
  readonly ioredis: Pick<typeof import('ioredis'), 'Redis'>;
}

/** @throws {RefusedError} where they are not installed */
export function loadPackages(): Packages {
  // Bundlers would look for what is imported by its name, and most programs do without.
  const load = createRequire(import.meta.url);
  try {
    return { bullmq: load('bullmq'), ioredis: load('ioredis') };
  } catch (error) {
    const isMissing = MISSING.has(codeOf(error) ?? '');
    if (!isMissing) throw error;
    throw new RefusedError(
      'a fleet needs the packages bullmq and ioredis beside folder-copy: npm install bullmq ioredis (with -g if folder-copy was installed so)',
      'ENOENT',
      { cause: error },
    );
  }
}

const MISSING = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND']);
