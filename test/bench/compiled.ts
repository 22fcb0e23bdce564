import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fromRoot } from '../helpers/project-root.js';

const programs = new Map<string, string>();
let folder: string | undefined;

/**
 * The program that gcc makes of a source file of this folder: made once, gone when this process ends.
 * @param library as pkg-config knows it
 */
export function compiled(source: string, library?: string): string {
  const program = programs.get(source) ?? compile(source, library);
  programs.set(source, program);
  return program;
}

function compile(source: string, library: string | undefined): string {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'folder-copy-bench-'));
    process.once('exit', removeCompiled);
  }
  const program = join(folder, basename(source, '.c'));
  const flags = library === undefined ? [] : packageFlags(library);
  execFileSync('gcc', ['-O2', '-Wall', '-Werror', '-o', program, fromRoot('test/bench', source), ...flags]);
  return program;
}

function packageFlags(library: string): string[] {
  return execFileSync('pkg-config', ['--cflags', '--libs', library], { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
}

/** For a process that is ended from outside, as a test runner's are. */
export function removeCompiled(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
  programs.clear();
}

/** Whether a program can be started by its bare name. */
export function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
