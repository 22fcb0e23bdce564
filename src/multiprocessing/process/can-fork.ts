import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isSince } from '../../is-since.js';

/** The oldest that everything works with; `engines` in package.json says the same. */
export const OLDEST_NODE: readonly [major: number, minor: number] = [20, 11];

/** Why no process can be forked from a program of this package, in one sentence; undefined where one can. */
export function whyNotFork(program: string): string | undefined {
  return whyNotThisRuntime() ?? whyNotThere(program);
}

/** Only Node forks and sends as this needs it. */
export function whyNotThisRuntime(): string | undefined {
  const { bun, deno, node } = process.versions;
  const other = bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : undefined;
  if (other === undefined && isSince(node, ...OLDEST_NODE)) return undefined;
  return `Node ${OLDEST_NODE.join('.')} or later is needed, and this is ${other ?? `Node ${node}`}`;
}

/** A bundler that takes the package into another program takes no file along that is only forked. */
export function whyNotThere(program: string | undefined): string | undefined {
  if (program !== undefined && [program, asSource(program)].some(file => existsSync(file))) return undefined;
  const file = program === undefined ? 'a file' : `the file ${basename(program)}`;
  const folder = program === undefined ? 'its place' : dirname(program);
  return `${file} of folder-copy is not in ${folder}: if a bundler has moved it, ${EXTERNAL}`;
}

/** As it is where a loader runs this project from its sources. */
function asSource(program: string): string {
  return program.replace(/\.js$/, '.ts');
}

const EXTERNAL =
  'keep the package external (esbuild: --external:folder-copy, Rollup: external, webpack: externals) and installed';
