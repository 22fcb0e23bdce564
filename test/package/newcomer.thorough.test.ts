import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { examples } from '../helpers/documents.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { fromRoot } from '../helpers/project-root.js';
import { commandEnvironment, startCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { freshInstallation, install, NPM_MS, pack } from './npm.js';

// The path of somebody who has just heard of it: installs the package in an empty folder, and tries one thing
// after another, as one types it.

let home: string;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  home = await freshInstallation(cleanup => cleanups.push(cleanup));
  return () => cleanups.forEach(cleanup => void cleanup());
}, NPM_MS);

/** A folder within the newcomer's own, with the sample album in it. */
function albumFolder(): string {
  const folder = scratchFolder(home);
  cpSync(fromRoot('fixtures/album'), join(folder, 'album'), {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
  });
  return folder;
}

/** Runs what is typed at a shell, the command on its path; rejects where that ends with another status than 0. */
function type(folder: string, lines: string): Promise<{ stdout: string; stderr: string }> {
  const path = [join(home, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  return promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', lines], {
    cwd: folder,
    env: commandEnvironment({ PATH: path, LC_ALL: 'C.UTF-8' }),
  });
}

const differences = (folder: string, source: string, copy: string) =>
  compareTrees(join(folder, source), join(folder, copy), { times: 'us' });

test('installs: npx finds the command, of the version that was packed', async () => {
  const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string };
  const { stdout } = await promisify(execFile)('npx', ['--no-install', 'folder-copy', '--version'], {
    cwd: home,
    env: commandEnvironment(),
  });
  expect(stdout).toBe(`${version}\n`);
});

test.skipIf(!existsSync(fromRoot('.git')))(
  "installs by the README's lines, in a clone",
  async () => {
    const lines = examples('README.md', 'sh').find(text => text.startsWith('git clone ')) ?? '';
    const folder = scratchFolder(home);
    const prefix = join(folder, 'prefix');
    await promisify(execFile)('sh', ['-euc', lines.replace(/<.*?>/, `'${fromRoot('.')}'`)], {
      cwd: folder,
      env: commandEnvironment({
        npm_config_prefix: prefix,
        npm_config_prefer_offline: 'true',
        NODE_EXTRA_CA_CERTS: process.env.NPM_EXTRA_CA_CERTS,
      }),
    });
    const { stdout } = await promisify(execFile)(join(prefix, 'bin/folder-copy'), ['--help']);
    expect(stdout).toMatch(/^Usage: folder-copy /);
  },
  NPM_MS,
);

test('copies a folder, beside it and elsewhere', async () => {
  const folder = albumFolder();
  const { stderr } = await type(folder, 'folder-copy album; folder-copy album backup/album');
  expect(stderr).toBe('');
  for (const copy of ['album[副本]', 'backup/album']) expect(differences(folder, 'album', copy)).toEqual([]);
});

const photos: TreeEntry[] = Array.from({ length: 40 }, (_, index): TreeEntry => {
  return { kind: 'file', path: `${index % 4}/${index}.jpg`, size: 20_000 };
});

/** Starts a copy that takes longer than a test, and presses Ctrl-C once some of it is done. */
async function interruptedCopy(folder: string) {
  const run = copyOfPhotos(folder, '--bwlimit', '12k');
  await run.sees(/^streamed .*\.jpg$/m);
  run.child.kill('SIGINT');
  return { ...(await run.finished), processes: run.processes() };
}

function copyOfPhotos(folder: string, ...options: string[]) {
  return startCommand(['-v', '--workers', '1', '--reflink', 'never', ...options, 'photos', 'copy'], {
    cwd: folder,
    program: join(home, 'node_modules/.bin/folder-copy'),
  });
}

test('interrupts: by the signal, no process and no half copy under the name asked for', async () => {
  const folder = scratchFolder(home);
  makeTree(photos, join(folder, 'photos'));
  const { signal, stderr, processes } = await interruptedCopy(folder);
  expect({ signal, processes }).toEqual({ signal: 'SIGINT', processes: [] });
  expect(stderr).toContain('run the same command again to resume');
  expect([existsSync(join(folder, 'copy.partial')), existsSync(join(folder, 'copy'))]).toEqual([true, false]);
});

test('resumes by the same command, which copies no finished file again', async () => {
  const folder = scratchFolder(home);
  makeTree(photos, join(folder, 'photos'));
  const before = linesOf(await interruptedCopy(folder), 'streamed');
  const run = await copyOfPhotos(folder).finished;
  expect(run.status).toBe(0);
  const skipped = linesOf(run, 'skipped');
  expect(skipped).toEqual(expect.arrayContaining(before));
  expect(linesOf(run, 'streamed')).toHaveLength(photos.length - skipped.length);
  expect(existsSync(join(folder, 'copy.partial'))).toBe(false);
  expect(differences(folder, 'photos', 'copy')).toEqual([]);
});

function linesOf({ stderr }: { stderr: string }, how: string): string[] {
  return Array.from(stderr.matchAll(new RegExp(`^${how} (.*)$`, 'gm')), ([, path = '']) => path).toSorted();
}

/** Changes a byte of a copied file, but not its size and time. */
async function damage(folder: string): Promise<void> {
  const file = 'tools/count.sh';
  await type(
    folder,
    `printf x | dd of=copy/${file} conv=notrunc status=none; touch -r album/${file} copy/${file}`,
  );
}

test('verifies: what only looks finished is found and copied again', async () => {
  const folder = albumFolder();
  await type(folder, 'folder-copy --verify album copy');
  expect(differences(folder, 'album', 'copy')).toEqual([]);
  await damage(folder);
  await type(folder, 'folder-copy --if-exists update album copy');
  expect(differences(folder, 'album', 'copy')).not.toEqual([]);
  await type(folder, 'folder-copy --if-exists update --verify album copy');
  expect(differences(folder, 'album', 'copy')).toEqual([]);
});

test('writes checksums that sha256sum reads in the copy, and that tell of damage', async () => {
  const folder = albumFolder();
  await type(folder, 'folder-copy --checksums sums album copy');
  const { stdout } = await type(folder, 'cd copy; sha256sum --strict -c ../sums');
  expect(stdout).toContain('2020/相册/照片.txt: OK\n');
  await damage(folder);
  await expect(type(folder, 'cd copy; sha256sum --strict -c ../sums')).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('tools/count.sh: FAILED\n'),
  });
});

test('excludes by pattern, and by path a whole folder', async () => {
  const folder = albumFolder();
  await type(folder, "folder-copy --exclude '*.sh' --exclude /2020/ album copy");
  await expect(type(folder, 'diff -rq --no-dereference album copy')).rejects.toMatchObject({
    code: 1,
    stdout: 'Only in album: 2020\nOnly in album/tools: count.sh\n',
  });
});

test('scripts: jq counts the files of the events, and names what failed', needs('jq'), async () => {
  const folder = albumFolder();
  const count = `jq -s 'map(select(.type == "file" and .how != "made")) | length'`;
  const { stdout } = await type(folder, `folder-copy --progress json album copy | ${count}`);
  expect(stdout).toBe('8\n');
  await type(folder, 'mkdir -p kept/tools; touch kept/tools/count.sh');
  const failed = `jq -r 'select(.type == "error").path'`;
  await expect(
    type(folder, `folder-copy --progress json --if-exists error album kept | ${failed}`),
  ).rejects.toMatchObject({ code: 1, stdout: 'tools/count.sh\n' });
});

/** The README's example of the library, its absolute paths made relative: it writes nothing outside. */
function readmeExample(): string {
  const readme = readFileSync(fromRoot('README.md'), 'utf8');
  const [, example] = /^```js\n(import [^`]* from 'folder-copy';\n.*?)^```$/ms.exec(readme) ?? [];
  if (example === undefined) throw new Error('the README has no example of the library');
  return example.replaceAll("'/", "'./");
}

/** The same program for those who require: it works as `import` does. */
function asCommonJs(program: string): string {
  const body = program.replace(/^import (\{.*?\}) from ('.*?');$/gm, 'const $1 = require($2);');
  return `(async () => {\n${body}})();\n`;
}

const programs: [system: string, file: string, text: () => string][] = [
  ['import', 'program.mjs', readmeExample],
  ['require', 'program.cjs', () => asCommonJs(readmeExample())],
];

for (const [system, file, text] of programs) {
  test(`copies from a program: the example of the README, by ${system}`, async () => {
    const folder = albumFolder();
    await type(folder, 'mv album photos');
    writeFileSync(join(folder, file), text());
    const { stdout } = await type(folder, `node ${file}`);
    expect(stdout).toMatch(/^(streamed|cloned) tools\/count\.sh$/m);
    expect(differences(folder, 'photos', 'backup/photos')).toEqual([]);
  });
}

test('reads the manual, where the package is installed globally', needs('man'), async () => {
  const prefix = scratchFolder(home);
  await install(prefix, (await pack(prefix)).path, '--global', '--prefix', prefix);
  const { stdout } = await type(prefix, 'MANWIDTH=80 man -M share/man folder-copy | cat');
  expect(stdout).toMatch(/^SYNOPSIS\n +folder-copy \[options\]/m);
});

test('completes options, once the script is sourced in bash', async () => {
  const folder = scratchFolder(home);
  const typed = 'COMP_WORDS=(folder-copy --reflink al) COMP_CWORD=2';
  const { stdout } = await type(
    folder,
    `eval "$(folder-copy --completion bash)"; ${typed}; _folder_copy || true; echo "\${COMPREPLY[@]}"; complete -p folder-copy`,
  );
  expect(stdout).toBe('always\ncomplete -o dirnames -F _folder_copy folder-copy\n');
});
