import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { commandEnvironment, commandPath } from '../../helpers/run-command.js';
import type { TreeEntry } from '../../helpers/tree-description.js';

const cafe = { latin1: 'caf\xe9' };
export const scene: TreeEntry[] = [
  { kind: 'file', path: { latin1: 'caf\xe9/a/menu' }, content: 'coffee' },
  { kind: 'file', path: { latin1: 'caf\xe8/other' }, content: 'tea' },
  { kind: 'file', path: 'plain/a/menu', content: 'coffee' },
  { kind: 'link', path: 'to-cafe', target: cafe },
  { kind: 'file', path: { latin1: 'list\xff' }, content: 'a/menu\0' },
];

/**
 * Runs the command by a shell, as Node hands on nothing but UTF-8. `folder-copy` stands for it; `$'\xe9'` is a word
 * with such a byte, which not every shell understands.
 */
export function run(place: string, line: string) {
  const words = line
    .replaceAll('folder-copy', 'folder_copy')
    .replace(/\$'([^']*)'/g, (_, word: string) => `"$(printf '${octal(word)}')"`);
  const script = `node='${process.execPath}' command='${commandPath}'
folder_copy() { "$node" "$command" "$@"; }
${words}`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
    cwd: place,
    env: commandEnvironment(),
    encoding: 'utf8',
    timeout: 50_000, // nothing else ends a line that waits in vain
  });
  return { status, stdout, stderr };
}

/** With bytes as every `printf` knows them: `\351`. */
function octal(word: string): string {
  return word.replace(/\\x(..)/g, (_, hex: string) => `\\${Number.parseInt(hex, 16).toString(8)}`);
}

export function namesIn(place: string): string[] {
  return readdirSync(place, 'latin1').toSorted();
}
