import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromRoot } from '../helpers/project-root.js';

const programs = new Map<string, string>();
let folder: string | undefined;

/** The program that gcc makes of a source file of this folder: made once, gone when this process ends. */
export function compiled(source: string): string {
  const program = programs.get(source) ?? compile(source);
  programs.set(source, program);
  return program;
}

function compile(source: string): string {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'folder-copy-bench-'));
    process.once('exit', removeCompiled);
  }
  const program = join(folder, source.replace('.c', ''));
  execFileSync('gcc', ['-O2', '-Wall', '-Werror', '-o', program, fromRoot('test/bench', source)]);
  return program;
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
