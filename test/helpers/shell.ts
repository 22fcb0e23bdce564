import { execFileSync } from 'node:child_process';

/** Runs a few lines of shell in a folder, for what Node has no calls for; returns what they print. */
export function shell(folder: string, lines: string): string {
  return execFileSync('sh', ['-euc', lines], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
