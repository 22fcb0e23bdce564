import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, test } from 'vitest';
import { fromRoot } from '../helpers/project-root.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { NPM_MS, type Packed, pack } from './npm.js';

let packed: Packed;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  packed = await pack(scratchFolder(undefined, cleanup => cleanups.push(cleanup)));
  return () => cleanups.forEach(cleanup => void cleanup());
}, NPM_MS);

const checks: [tool: string, ...args: string[]][] = [['publint', '--strict'], ['attw']];

for (const [tool, ...args] of checks) {
  test(`${tool} finds nothing`, async () => {
    const program = fromRoot('node_modules/.bin', tool);
    await promisify(execFile)(program, [packed.path, ...args]); // rejects where it ends with another status than 0
  });
}
