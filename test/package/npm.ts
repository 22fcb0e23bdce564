import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../helpers/project-root.js';
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
export async function install(folder: string, what: string, ...options: string[]): Promise<void> {
  writeFileSync(join(folder, 'package.json'), '{}');
  await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', ...options, what);
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  // What vitest.config.ts keeps from all others.
  const env = commandEnvironment({ NODE_EXTRA_CA_CERTS: process.env.NPM_EXTRA_CA_CERTS });
  const { stdout } = await promisify(execFile)('npm', args, { cwd, env });
  return stdout;
}
