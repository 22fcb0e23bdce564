import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../helpers/needs.js';
import { fromRoot } from '../helpers/project-root.js';
import { commandEnvironment } from '../helpers/run-command.js';
import { addPackages, freshInstallation, NPM_MS, nodePackage } from './npm.js';

// What runs JavaScript and is not a Node that it works with is told so, before anything is written.

let home: string;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  home = await freshInstallation(cleanup => cleanups.push(cleanup));
  await addPackages(home, 'bun@1', 'deno@2', `node-18@npm:${nodePackage('18')}`);
  writeFileSync(
    join(home, 'copy.mjs'),
    `import { copyFolder } from 'folder-copy';
    import { Pool, task } from 'folder-copy/multiprocessing';
    const tell = error => console.log(error.name + ': ' + error.message);
    await copyFolder('node_modules', 'copy').catch(tell);
    await new Pool(1).applyAsync(task('/x.js', 'x'), []).catch(tell);
    process.exit();`,
  );
  return () => cleanups.forEach(cleanup => void cleanup());
}, NPM_MS);

const runtimes: [name: string, command: string, ...args: string[]][] = [
  ['Bun 1', 'node_modules/.bin/bun', '--bun'],
  ['Deno 2', 'node_modules/.bin/deno', 'run', '--allow-all'],
  ['Node 18', 'node_modules/node-18/bin/node'],
];

describe.each(runtimes)('%s', needs('the npm registry'), (name, command, ...args) => {
  const needed = new RegExp(`Node 20\\.11 or later is needed, and this is ${name}\\.`);

  async function run(...words: string[]) {
    const env = commandEnvironment();
    return await promisify(execFile)(join(home, command), [...args, ...words], { cwd: home, env }).catch(
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  }

  test('the command refuses with one line', async () => {
    const said = await run(
      'node_modules/folder-copy/dist/lib/folder-copy.js',
      fromRoot('fixtures/album'),
      'copy',
    );
    expect(said).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(needed) });
    expect(said.stderr).toMatch(/^folder-copy: .*\n$/);
    expect(existsSync(join(home, 'copy'))).toBe(false);
  });

  test('so does the library', async () => {
    const { stdout } = await run('copy.mjs');
    const [copy, pool] = stdout.split('\n');
    expect([copy, pool]).toEqual([
      expect.stringMatching(/^RefusedError: /),
      expect.stringMatching(/^StateError: /),
    ]);
    for (const line of [copy, pool]) expect(line).toMatch(needed);
    expect(existsSync(join(home, 'copy.partial'))).toBe(false);
  });
});
