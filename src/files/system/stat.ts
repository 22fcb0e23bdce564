import { lstatSync, statSync } from 'node:fs';
import { type Facts, factsFrom } from '../facts.js';

/** Node's calls of these names, with 64-bit numbers; for the few places that every run passes once. */

export function stat(path: string | Buffer): Facts {
  return factsFrom(statSync(path, { bigint: true }));
}

/** Of what is there itself, even if it is a link. */
export function lstat(path: string | Buffer): Facts {
  return factsFrom(lstatSync(path, { bigint: true }));
}

export function lstatIfThere(path: string | Buffer): Facts | undefined {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && factsFrom(stats);
}
