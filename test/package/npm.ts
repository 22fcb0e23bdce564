import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromRoot, projectRoot } from '../helpers/project-root.js';
import { commandEnvironment } from '../helpers/run-command.js';
import { type OnCleanup, scratchFolder } from '../helpers/scratch-folder.js';

interface PackedFile {
  /** relative to the package */
  readonly path: string;
  readonly mode: number;
}

export interface Packed {
  /** of the tarball */
  readonly path: string;
  readonly files: readonly PackedFile[];
}

/** For what npm loads from its registry, milliseconds. */
export const NPM_MS = 300_000;

/** An empty folder in which the package has been installed, packed as for users. @returns its path */
export async function freshInstallation(onCleanup: OnCleanup): Promise<string> {
  const folder = scratchFolder(undefined, onCleanup);
  await install(folder, (await pack(folder)).path);
  return folder;
}

/** What `npm publish` would send, of the tree as it has been built. */
export async function pack(folder: string): Promise<Packed> {
  const answer = await npm(projectRoot, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
  const [packed] = Object.values(JSON.parse(answer)) as { filename: string; files: PackedFile[] }[];
  if (packed === undefined) throw new Error(`npm pack answered ${answer}`);
  return { path: join(folder, packed.filename), files: packed.files };
}

/** Installs into a folder that is no package yet; from npm's cache where that has it. */
export async function install(folder: string, ...what: string[]): Promise<void> {
  writeFileSync(join(folder, 'package.json'), '{}');
  await addPackages(folder, ...what);
}

/** Installs more beside it. */
export async function addPackages(folder: string, ...what: string[]): Promise<void> {
  await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', ...what);
}

/** What npm installs a version of Node from, for this machine; no script has to run for it. */
export function nodePackage(version: string): string {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  return `node-${system}-${process.arch}@${version}`;
}

/** Installs a version of Node into a folder of its own. @returns its program */
export async function installNode(folder: string, version: string): Promise<string> {
  await install(folder, nodePackage(version));
  return join(folder, 'node_modules/.bin/node');
}

/** The files of this checkout, changes included, as git would clone them. @returns its path, in `folder` */
export function freshCheckout(folder: string): string {
  const checkout = join(folder, 'folder-copy');
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  for (const file of new Set(files.split('\0').filter(name => name !== '' && existsSync(fromRoot(name))))) {
    cpSync(fromRoot(file), join(checkout, file), { verbatimSymlinks: true });
  }
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
  for (const args of [
    ['init', '--quiet'],
    ['add', '--all'],
    [...identity, 'commit', '--quiet', '-m', 'all'],
  ]) {
    execFileSync('git', args, { cwd: checkout });
  }
  return checkout;
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', args, { cwd, env: npmEnvironment() });
  return stdout;
}

/** For what loads from a registry: with the certificates that vitest.config.ts keeps from all others. */
export function npmEnvironment(changes: Record<string, string> = {}): NodeJS.ProcessEnv {
  return commandEnvironment({ NODE_EXTRA_CA_CERTS: process.env.NPM_EXTRA_CA_CERTS, ...changes });
}
