import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fromRoot } from '../helpers/project-root.js';

/** Where the packages are that only a benchmark needs. */
const folder = fromRoot('test/bench/packages');

/** A file of one of these packages, which are installed when the first is asked for. @returns its path */
export function peerFile(file: string): string {
  const path = join(folder, 'node_modules', file);
  if (!existsSync(path)) {
    console.error('Installing what the benchmark compares with');
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
  }
  return path;
}

/** As much of tinypool as is measured. */
interface Tinypool {
  run(task: number, options: { name: string }): Promise<unknown>;
  destroy(): Promise<void>;
}

interface TinypoolOptions {
  runtime: 'child_process';
  filename: string;
  minThreads: number;
  maxThreads: number;
}

interface TinypoolModule {
  readonly default: new (options: TinypoolOptions) => Tinypool;
}

export async function loadTinypool(): Promise<TinypoolModule['default']> {
  const tinypool: TinypoolModule = await import(pathToFileURL(peerFile('tinypool/dist/index.js')).href);
  return tinypool.default;
}
