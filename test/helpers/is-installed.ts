import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** For `test.skipIf(!isInstalled(…))`: whether a program is there; in CI, which has to have it, its lack throws. */
export function isInstalled(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  if (folders.some(folder => existsSync(join(folder, program)))) return true;
  if (process.env.CI) throw new Error(`CI must not skip: ${program} is not installed`);
  console.warn(`skipped: ${program} is not installed`);
  return false;
}
