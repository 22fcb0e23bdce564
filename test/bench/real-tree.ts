import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot } from '../helpers/project-root.js';

/** As many packages as a workspace of four programs has. */
const WORKSPACES = 4;

/**
 * What a developer's disk holds, the same on every run on one machine: npm packages, documentation with its links,
 * headers. Files above 4 MiB are left out, or three programs would make up half of the bytes.
 */
export function gatherRealTree(folder: string): string {
  const root = join(folder, 'real');
  for (let number = 1; number <= WORKSPACES; number++) {
    copyTree(fromRoot('node_modules'), join(root, `program-${number}`, 'node_modules'), '--max-size=4m');
    copyTree(npmsOwn(), join(root, `program-${number}`, 'npm'), '--max-size=4m');
  }
  copyTree('/usr/share/doc', join(root, 'doc'), '--max-size=4m');
  copyTree('/usr/include', join(root, 'include'), '--max-size=4m');
  return root;
}

/** rsync, since it keeps all that a tree has, and can leave files out. */
export function copyTree(tree: string, copy: string, ...options: string[]): string {
  if (!existsSync(tree)) return copy;
  mkdirSync(copy, { recursive: true });
  execFileSync('rsync', ['-aHA', ...options, '--', `${tree}/`, `${copy}/`]);
  return copy;
}

function npmsOwn(): string {
  return execFileSync('npm', ['root', '-g'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
