import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { examples } from './helpers/documents.js';
import { makeTree } from './helpers/make-tree.js';
import { fromRoot } from './helpers/project-root.js';
import { commandEnvironment, commandPath } from './helpers/run-command.js';
import { scratchFolder } from './helpers/scratch-folder.js';

// The examples of the README and the manual, run as they stand there.

export const album = [
  { kind: 'file', path: 'a.txt', content: 'a', mode: '0640' },
  { kind: 'file', path: 'notes.tmp', content: 'later' },
  { kind: 'file', path: '2024/best.jpg', size: 3000 },
  { kind: 'file', path: '2024/sea.jpg', size: 2000 },
  { kind: 'file', path: 'cache/thumbnail', size: 100 },
  { kind: 'folder', path: 'empty' },
  { kind: 'link', path: 'link', target: 'a.txt' },
] as const;

export interface Scene {
  readonly root: string;
  /** Runs a program there, with the command on its path; rejects if that fails. @returns all that it writes */
  run(program: string, ...args: string[]): Promise<string>;
}

/** A home with some photos, a disk for backups, and a project that has the package installed. */
export function scene(): Scene {
  const root = scratchFolder(tmpdir()); // where programs may run
  makeTree([...album], join(root, 'photos'));
  makeTree([...album], join(root, 'test/fixture'));
  makeTree([...album], join(root, 'fixtures/project'));
  for (const folder of ['mnt/backup', 'tmp', 'bin', 'node_modules'])
    mkdirSync(join(root, folder), { recursive: true });
  symlinkSync(fromRoot('.'), join(root, 'node_modules/folder-copy'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(root, 'expected-changes.txt'), 'extra output\n');
  script('folder-copy', `exec '${process.execPath}' '${commandPath}' "$@"`);
  script('npx', '"$@"'); // finds the command here, as npx would in a project
  script('npm', 'test "$1 $2 $3" = "run build --" && exec ./build "$4"');
  script('my-program', 'touch output');
  script('../build', ':');
  const env = commandEnvironment({
    PATH: `${join(root, 'bin')}:${process.env.PATH ?? ''}`,
    HOME: root,
    MNT: join(root, 'mnt'),
    TMPDIR: join(root, 'tmp'),
  });

  function script(name: string, line: string): void {
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }

  return {
    root,
    async run(program, ...args) {
      const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: root, env });
      return stdout + stderr;
    },
  };
}

/** What has been typed before a page's own lines. */
export const before: Readonly<Record<string, string>> = {
  'src/manual/backups.md': 'folder-copy -q photos /mnt/backup/monday',
  'src/manual/comparing.md': 'folder-copy -q photos /mnt/backup/photos',
};

/** The shell examples of a page; what installs a package, and what needs a Redis, is tried by tests of its own. */
export function shellExamples(page: string): string[] {
  return examples(page, 'sh').filter(
    text => !/^(git clone|npm install|folder-copy --(join|fleet)) /.test(text),
  );
}

/** The examples' /mnt lies in the scene. */
export function mounted(text: string): string {
  return text.replaceAll(/(?<=[\s=])\/mnt\//g, '"$MNT"/');
}

/** Runs the examples of a page from top to bottom, as its reader would. */
export async function follow(page: string, { run }: Scene): Promise<void> {
  for (const text of [before[page] ?? '', ...shellExamples(page)]) {
    await run('sh', '-euc', mounted(text));
  }
}
