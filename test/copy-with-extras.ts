import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toldCopy } from './helpers/copies.js';
import { slowly, tree } from './slowly-read-tree.js';

export const deleting = { ...slowly, ifExists: 'update', delete: true } as const;

/** A copy with extras of all sorts, side by side with what stays. */
export async function copyWithExtras(): Promise<{ source: string; copy: string }> {
  const source = tree();
  const { copy } = await toldCopy(source, slowly);
  for (let n = 0; n < 300; n += 1) writeFileSync(join(copy, `a/${n % 12}/extra ${n}`), 'extra');
  for (let n = 0; n < 40; n += 1) {
    mkdirSync(join(copy, `extra/${n % 4}/${n}/empty`), { recursive: true });
    writeFileSync(join(copy, `extra/${n % 4}/${n}/file`), 'extra');
  }
  return { source, copy };
}

/** The files, the folders, and the one in which all of these lie. */
export const EXTRAS = 300 + 40 + 40 * 2 + 4 + 1;

/** The processes that this one has forked and that live. */
export function forked(): number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}
