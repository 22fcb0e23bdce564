import { InvalidArgumentError } from 'commander';
import {
  DEFAULT_CHUNK_SIZE,
  DEFAULT_RETRIES,
  DEFAULT_SUFFIX,
  DEFAULT_WORKERS,
  IF_EXISTS,
  LARGEST_CHUNK_SIZE,
  MOST_RETRIES,
  MOST_WORKERS,
  REFLINK,
  XATTRS,
  type Xattrs,
} from '../copier/request/options.js';
import type { IfExists, Reflink } from '../protocol/messages.js';
import { SHELLS, type Shell } from './completion/shells.js';
import { pathOf } from './exact-words.js';
import { PROGRESS, type ProgressKind } from './progress/choose-view.js';

/** One option of the command. `--help`, README, man page and completion are made from, or held against, it. */
export interface CommandOption {
  readonly flags: string;
  /** For `--help` and the shells; what there is to say beyond it stands in `src/build/man/option-details.ts`. */
  readonly description: string;
  readonly defaultValue?: string | number;
  readonly choices?: readonly string[];
  /** What its argument names, where that can be completed. */
  readonly names?: 'file';
  /** Whether it may be given more than once, each time with another argument. */
  readonly isRepeatable?: true;
  /** Other options, by their camelCase names, that it cannot go with. */
  readonly conflicts?: readonly string[];
  /** `previous`: what the option's earlier occurrences made. */
  readonly parse?: (text: string, previous: unknown) => unknown;
}

export interface OptionGroup {
  readonly heading: string;
  readonly options: readonly CommandOption[];
}

export const COMPLETION_OPTION: CommandOption = {
  flags: '--completion <shell>',
  description: "print the shell's completion script",
  choices: SHELLS,
};
export const VERSION_OPTION: CommandOption = { flags: '-V, --version', description: 'print the version' };
export const HELP_OPTION: CommandOption = { flags: '-h, --help', description: 'print this help' };

export const OPTION_GROUPS: readonly OptionGroup[] = [
  {
    heading: 'What is copied',
    options: [
      {
        flags: '--include <glob>',
        description:
          'repeatable: after all excludes, take in what they left out; alone: copy only what it matches',
        isRepeatable: true,
        parse: collect,
      },
      {
        flags: '--exclude <glob>',
        description: 'repeatable: a gitignore line relative to the source, leave out what it matches',
        isRepeatable: true,
        parse: collect,
      },
      {
        flags: '--ignore-file <path>',
        description: 'more exclude patterns, gitignore syntax; they come before those of --exclude',
        names: 'file',
        parse: pathOf,
      },
      {
        flags: '-x, --one-file-system',
        description: "do not enter folders on another file system than the source's: they are made, empty",
      },
      { flags: '-L, --dereference', description: 'copy what symbolic links point to' },
      {
        flags: '--from <file>',
        description: 'copy just the entries named there, NUL-separated; of a folder all under it',
        names: 'file',
        parse: pathOf,
      },
      {
        flags: '--xattrs <when>',
        description: 'extended attributes and ACLs; always: refuse to start where they cannot be reached',
        defaultValue: 'auto',
        choices: XATTRS,
      },
    ],
  },
  {
    heading: 'The destination',
    options: [
      {
        flags: '--suffix <text>',
        description: "put behind the source's name where dest is left out",
        defaultValue: DEFAULT_SUFFIX,
        parse: parseText,
      },
      {
        flags: '--if-exists <policy>',
        description:
          'a file that stands in the destination: replace it, only where size or time differs, leave it, fail',
        defaultValue: 'overwrite',
        choices: IF_EXISTS,
      },
      {
        flags: '--delete',
        description:
          'after a copy with no failures, remove from the destination what the source does not have',
      },
    ],
  },
  {
    heading: 'How it is copied',
    options: [
      {
        flags: '-w, --workers <n>',
        description: `size of the fixed pool, 1 to ${MOST_WORKERS}; never more are forked than there is work for`,
        defaultValue: DEFAULT_WORKERS,
        parse: text => parseWhole(text, 1, MOST_WORKERS),
      },
      {
        flags: '--chunk-size <bytes>',
        description: 'size of a chunk, 1 to 1 MiB, k/m suffixes allowed',
        defaultValue: DEFAULT_CHUNK_SIZE,
        parse: text => parseSize(text, LARGEST_CHUNK_SIZE),
      },
      {
        flags: '--bwlimit <bytes/s>',
        description: 'ceiling for the whole pool, k/m/g suffixes allowed',
        parse: text => parseSize(text, Number.MAX_SAFE_INTEGER),
      },
      {
        flags: '--reflink <when>',
        description:
          'share blocks with the source where the file system can; always: a file fails that cannot',
        defaultValue: 'auto',
        choices: REFLINK,
      },
    ],
  },
  {
    heading: 'Making sure',
    options: [
      { flags: '--verify', description: 'read every copied file back and compare its digest' },
      {
        flags: '--checksums <file>',
        description: 'write a manifest of the copied files that sha256sum -c accepts in the destination',
        names: 'file',
        parse: pathOf,
      },
      {
        flags: '--fsync',
        description: 'a file counts as finished only once it and its folder are on the disk',
      },
      {
        flags: '--check',
        description: 'compare source and destination, write nothing: status 0 same, 1 differs',
        conflicts: [
          'xattrs',
          'ifExists',
          'delete',
          'reflink',
          'checksums',
          'fsync',
          'spaceCheck',
          'failFast',
          'strict',
          'failed',
          'dryRun',
          'progress',
          'verbose',
        ],
      },
      { flags: '--no-space-check', description: 'do not hold the total against the free space' },
    ],
  },
  {
    heading: 'Where something fails',
    options: [
      {
        flags: '--retries <n>',
        description: 'tries again for a file that failed in a way that can pass',
        defaultValue: DEFAULT_RETRIES,
        parse: text => parseWhole(text, 0, MOST_RETRIES),
      },
      { flags: '--fail-fast', description: 'stop at the first failed entry' },
      {
        flags: '--strict',
        description: 'what could not be kept makes its entry failed, not only reported',
      },
      {
        flags: '--failed <file>',
        description: 'write the source-relative paths of failed entries, NUL-separated',
        names: 'file',
        parse: pathOf,
      },
    ],
  },
  {
    heading: 'What it tells',
    options: [
      { flags: '-n, --dry-run', description: 'list and report; write nothing at all' },
      {
        flags: '--progress <view>',
        description: 'auto: a bar on a terminal; plain: a line now and then; json: events on standard output',
        defaultValue: 'auto',
        choices: PROGRESS,
      },
      { flags: '-v, --verbose', description: 'a line for every finished entry; no bar unless asked for' },
      { flags: '-q, --quiet', description: 'errors only', conflicts: ['verbose'] },
      COMPLETION_OPTION,
      VERSION_OPTION,
      HELP_OPTION,
    ],
  },
];

export const COMMAND_OPTIONS: readonly CommandOption[] = OPTION_GROUPS.flatMap(({ options }) => options);

/** What commander makes of the table. */
export interface ParsedOptions {
  readonly workers: number;
  readonly chunkSize: number;
  readonly suffix: string;
  readonly reflink: Reflink;
  readonly ifExists: IfExists;
  readonly delete?: true;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly ignoreFile?: string | Buffer;
  readonly oneFileSystem?: true;
  readonly dereference?: true;
  readonly strict?: true;
  readonly verify?: true;
  readonly check?: true;
  readonly checksums?: string | Buffer;
  readonly fsync?: true;
  readonly retries: number;
  readonly failFast?: true;
  readonly failed?: string | Buffer;
  readonly from?: string | Buffer;
  readonly bwlimit?: number;
  readonly spaceCheck: boolean;
  readonly dryRun?: true;
  readonly xattrs: Xattrs;
  readonly progress: ProgressKind;
  readonly verbose?: true;
  readonly quiet?: true;
  readonly completion?: Shell;
}

function parseText(text: string): string {
  if (!/\p{Cs}/u.test(text)) return text;
  throw new InvalidArgumentError('It takes text, and this is not UTF-8.');
}

/** Of an option that may be repeated. */
function collect(text: string, previous: unknown): readonly string[] {
  return [...(Array.isArray(previous) ? previous : []), parseText(text)];
}

function parseWhole(text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
}

const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes, with an optional 1024-based suffix `k`, `m` or `g` in either case. */
function parseSize(text: string, most: number): number {
  const [, digits, suffix = ''] = /^(\d+)([kmg]?)$/i.exec(text) ?? [];
  const value = digits === undefined ? Number.NaN : Number(digits) * (FACTORS[suffix.toLowerCase()] ?? 1);
  if (value >= 1 && value <= most) return value;
  throw new InvalidArgumentError(`It takes bytes from 1 to ${most}, as a whole number such as 4096 or 64k.`);
}
