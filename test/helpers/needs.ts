import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestOptions } from 'vitest';
import { fromRoot } from './project-root.js';
import { memoryFolder } from './scratch-folder.js';

declare module 'vitest' {
  interface TaskMeta {
    /** why the test is skipped */
    lacks?: string;
  }
}

export type Need = Program | Right;

/** Programs beyond Node, npm, git and a POSIX shell with coreutils; `.ci/run` installs them. Thorough tests alone may need one. */
export const PROGRAMS = [
  ...[
    'bash',
    'chattr',
    'filefrag',
    'findmnt',
    'fish',
    'fusermount3',
    'gcc',
    'getcap',
    'getfattr',
    'groff',
    'ip',
    'jq',
  ],
  ...[
    'losetup',
    'lowntfs-3g',
    'man',
    'mkfs.btrfs',
    'mkfs.exfat',
    'mkfs.ext4',
    'mkfs.ntfs',
    'mkfs.vfat',
    'mkfs.xfs',
  ],
  ...[
    'mount',
    'mount.exfat-fuse',
    'openssl',
    'pkg-config',
    'redis-server',
    'rsync',
    'script',
    'setfacl',
    'setpriv',
    'strace',
    'tmux',
    'unshare',
    'zsh',
  ],
] as const;
export type Program = (typeof PROGRAMS)[number];

/** What a machine, its kernel or the user may lack, each with the words for it. */
const rights = {
  root: () => (process.getuid?.() === 0 ? undefined : 'only root may do that'),
  '/dev/shm': () => (memoryFolder === undefined ? 'there is no /dev/shm to write to' : undefined),
  'a git checkout': () => (existsSync(fromRoot('.git')) ? undefined : 'this is not a git checkout'),
  'the npm registry': () => whyNoRegistry(),
  '/dev/full': () => (existsSync('/dev/full') ? undefined : 'there is no /dev/full'),
};
type Right = keyof typeof rights;

/** Options for `test` or `describe`: skipped, with the reason, where something is missing. */
export function needs(...things: readonly Need[]): TestOptions {
  const lacks = whyMissing(...things);
  return lacks === undefined ? {} : { skip: true, meta: { lacks } };
}

/**
 * Why the first that is missing is so; undefined: all are there.
 * @throws in CI where it is a program, so that CI cannot hide one; in quick tests, which have to do without
 */
export function whyMissing(...things: readonly Need[]): string | undefined {
  return things.map(whyOneIsMissing).find(reason => reason !== undefined);
}

function whyOneIsMissing(need: Need): string | undefined {
  if (isRight(need)) return rights[need]();
  if (process.env.FOLDER_COPY_TESTS?.startsWith('quick')) {
    throw new Error(`quick tests do without ${need}: this one belongs in a *.thorough.test.ts`);
  }
  if (!isInstalled(need)) {
    const reason = `${need} is not installed`;
    if (process.env.CI) throw new Error(`CI must not skip: ${reason}`);
    return reason;
  }
  return need === 'strace' ? whyNoTracing() : undefined;
}

function isRight(need: Need): need is Right {
  return need in rights;
}

/** Those of the system may stand where only root looks by default. */
function isInstalled(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some(folder => existsSync(join(folder, program)));
}

/** A container can forbid it: only trying tells. */
function whyNoTracing(): string | undefined {
  tracing ??= succeeds('strace', '-f', '-qq', '-o', '/dev/null', 'true') ? 'allowed' : 'forbidden';
  return tracing === 'allowed' ? undefined : 'tracing is not allowed here';
}

let tracing: 'allowed' | 'forbidden' | undefined;

/** In CI whoever asks finds out. */
function whyNoRegistry(): string | undefined {
  if (process.env.CI) return undefined;
  registry ??= succeeds('npm', 'ping', '--fetch-retries=0', '--fetch-timeout=20000') ? 'reached' : 'missing';
  return registry === 'reached' ? undefined : 'npm does not reach its registry';
}

let registry: 'reached' | 'missing' | undefined;

export function succeeds(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
