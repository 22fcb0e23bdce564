import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fromRoot } from './project-root.js';
import { scratchFolder } from './scratch-folder.js';

/** What a user without rights can start. */
export interface ProgramsForOthers {
  readonly node: string;
  readonly command: string;
}

/**
 * Node and the built command where every user can read them. A checkout in root's home, or made under umask 077, is
 * closed to others: what they need of it is copied then, for as long as the test takes.
 */
export function programsForOthers(): ProgramsForOthers {
  const node = realpathSync(process.execPath);
  const parts = ['dist/lib', 'node_modules/@koromix'].filter(part => existsSync(fromRoot(part)));
  const isPackageOpen = [...parts, command].every(part => isOpen(fromRoot(part)));
  const closed = Object.fromEntries(parts.map(part => [part, fromRoot(part)]));
  return {
    node: isOpen(node) ? node : join(openCopy({ node }), 'node'),
    command: isPackageOpen ? fromRoot(command) : join(openCopy(closed), command),
  };
}

const command = 'dist/lib/folder-copy.js';

/** Whether all may read it, and enter every folder above it. */
function isOpen(path: string): boolean {
  if ((statSync(path).mode & 0o4) === 0) return false;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o1) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** Copies paths to places in a new folder, and opens all of it. @returns that folder */
function openCopy(places: Record<string, string>): string {
  const folder = scratchFolder(tmpdir()); // where programs may run
  for (const [place, path] of Object.entries(places)) cpSync(path, join(folder, place), { recursive: true });
  execFileSync('chmod', ['-R', 'go+rX', folder]);
  return folder;
}
