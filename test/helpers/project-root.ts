import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where `package.json` stands: tests run from `dist/`, their fixtures do not. */
export const projectRoot = nearestPackage(import.meta.dirname);

export function fromRoot(...segments: string[]): string {
  return join(projectRoot, ...segments);
}

function nearestPackage(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('no package.json above the tests');
  return nearestPackage(parent);
}
