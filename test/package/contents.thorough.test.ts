import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { fromRoot } from '../helpers/project-root.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { NPM_MS, type Packed, pack } from './npm.js';

let packed: Packed;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  packed = await pack(scratchFolder(undefined, cleanup => cleanups.push(cleanup)));
  return () => cleanups.forEach(cleanup => void cleanup());
}, NPM_MS);

test('attw finds nothing', async () => {
  const program = fromRoot('node_modules/.bin/attw');
  await promisify(execFile)(program, [packed.path]); // rejects where it ends with another status than 0
});

test('publint finds nothing but that a shell starts the command', async () => {
  const program = fromRoot('node_modules/.bin/publint');
  const { stdout, stderr } = await promisify(execFile)(program, [packed.path, '--strict']).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  const found = `${stdout}${stderr}`.split('\n').filter(line => line.includes('pkg.'));
  expect(found).toEqual([expect.stringContaining('should start with a shebang')]);
});
