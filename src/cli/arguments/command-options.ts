import {
  COPY_ONLY,
  type CopyOptions,
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
} from '../../copier/request/options.js';
import type { IfExists } from '../../protocol/messages.js';
import { PROGRESS, type ProgressKind } from '../progress/choose-view.js';
import { pathOf } from '../text/exact-words.js';
import type { CommandOption, OptionGroup } from './command-option.js';
import { collect, collectPaths, parseMaxDelete, parseSize, parseText, parseWhole } from './parse-argument.js';
import { SHELLS, type Shell } from './shells.js';

const COMPLETION_OPTION: CommandOption = {
  flags: '--completion <shell>',
  description: "print the shell's completion script",
  choices: SHELLS,
};
export const VERSION_OPTION: CommandOption = { flags: '-V, --version', description: 'print the version' };
export const HELP_OPTION: CommandOption = { flags: '-h, --help', description: 'print this help' };

export const OPTION_GROUPS: readonly OptionGroup[] = [
  {
    heading: 'What to copy',
    options: [
      {
        flags: '--include <glob>',
        description:
          'repeatable; take back what the excludes leave out; without excludes: copy only what matches',
        isRepeatable: true,
        parse: collect,
      },
      {
        flags: '--exclude <glob>',
        description: 'repeatable; leave out what this gitignore pattern matches, relative to the source',
        isRepeatable: true,
        parse: collect,
      },
      {
        flags: '--ignore-file <path>',
        description: 'read exclude patterns from a file in gitignore syntax; they come before --exclude',
        names: 'file',
        parse: pathOf,
      },
      {
        flags: '-x, --one-file-system',
        description: 'do not enter folders on other file systems; they are created empty',
      },
      { flags: '-L, --dereference', description: 'copy what symbolic links point to' },
      {
        flags: '--from <file>',
        description:
          'copy only the entries listed in this file, NUL-separated, with everything in listed folders',
        names: 'file',
        parse: pathOf,
      },
      {
        flags: '--xattrs <when>',
        description: 'extended attributes and ACLs; always: refuse to start if they cannot be read',
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
        description: "added to the source's name when dest is left out",
        defaultValue: DEFAULT_SUFFIX,
        parse: parseText,
      },
      {
        flags: '--if-exists <policy>',
        description:
          'for a file that already exists: replace it, replace it if size or time differs, or if it is older, keep it, or fail',
        defaultValue: 'overwrite',
        choices: IF_EXISTS,
      },
      {
        flags: '--delete',
        description:
          'after a copy without failures, delete from the destination what the source does not have',
      },
      {
        flags: '--max-delete <n|n%>',
        description:
          'the most entries that --delete may remove, or their share of the destination; if there are more, delete nothing',
        parse: parseMaxDelete,
      },
      {
        flags: '--link-dest <dir>',
        description:
          'repeatable; make hard links to the files that are the same in this earlier copy, instead of copying them',
        names: 'folder',
        isRepeatable: true,
        parse: collectPaths,
      },
      {
        flags: '--backup-dir <dir>',
        description: 'move what is replaced or deleted to this folder',
        names: 'folder',
        parse: pathOf,
      },
    ],
  },
  {
    heading: 'How to copy',
    options: [
      {
        flags: '-w, --workers <n>',
        description: `number of workers, 1 to ${MOST_WORKERS}`,
        defaultWords: `up to ${DEFAULT_WORKERS}`,
        parse: text => parseWhole(text, 1, MOST_WORKERS),
      },
      {
        flags: '--chunk-size <bytes>',
        description: 'size of a chunk, the unit in which content is copied: 1 to 1 MiB, with k or m',
        defaultValue: DEFAULT_CHUNK_SIZE,
        parse: text => parseSize(text, LARGEST_CHUNK_SIZE),
      },
      {
        flags: '--bwlimit <bytes/s>',
        description: 'limit for all workers together, with k, m or g',
        parse: text => parseSize(text, Number.MAX_SAFE_INTEGER),
      },
      {
        flags: '--reflink <when>',
        description:
          'share blocks with the source if the file system can; always: files that cannot be cloned fail',
        defaultValue: 'auto',
        choices: REFLINK,
      },
    ],
  },
  {
    heading: 'More than one machine',
    options: [
      {
        flags: '--fleet <url>',
        description:
          'copy together with other machines, which join over this Redis, such as rediss://user@host; implies --fsync',
        conflicts: ['dryRun', 'dereference'],
      },
      {
        flags: '--join <url>',
        description: "lend this machine's workers to the copy that is run with --fleet and the same URL",
      },
      {
        flags: '--root <path>',
        description: 'repeatable; with --join: a folder in which this machine may read and write',
        names: 'folder',
        isRepeatable: true,
        parse: collectPaths,
      },
    ],
  },
  {
    heading: 'Making sure',
    options: [
      { flags: '--verify', description: 'read every copied file back and compare its digest' },
      {
        flags: '--checksums <file>',
        description: 'write the checksums of the copied files, for sha256sum -c in the destination',
        names: 'file',
        parse: pathOf,
      },
      {
        flags: '--fsync',
        description: 'a file counts as finished only when it and its folder are on the disk',
      },
      {
        flags: '--check',
        description: 'compare source and destination, and write nothing; status 0: same, 1: different',
        conflicts: [...COPY_ONLY, 'verbose'],
      },
      { flags: '--no-space-check', description: 'skip the free-space check' },
    ],
  },
  {
    heading: 'When something fails',
    options: [
      {
        flags: '--retries <n>',
        description: 'how often to try a file again after a transient error',
        defaultValue: DEFAULT_RETRIES,
        parse: text => parseWhole(text, 0, MOST_RETRIES),
      },
      { flags: '--fail-fast', description: 'stop at the first failed entry' },
      {
        flags: '--strict',
        description: 'count an entry as failed if its owner, or anything else, cannot be kept',
      },
      {
        flags: '--failed <file>',
        description: 'write the paths of failed entries to this file, NUL-separated, for --from',
        names: 'file',
        parse: pathOf,
      },
    ],
  },
  {
    heading: 'Output',
    options: [
      { flags: '-n, --dry-run', description: 'list and report what would be done; write nothing' },
      {
        flags: '--progress <view>',
        description:
          'auto: a bar on a terminal; panel: also a line for each worker; plain: a line now and then; json: events on standard output',
        defaultValue: 'auto',
        choices: PROGRESS,
      },
      {
        flags: '--log <file>',
        description: 'write all events to this file, in the format of --progress json',
        names: 'file',
        parse: pathOf,
      },
      {
        flags: '-v, --verbose',
        description: 'a line for every finished entry; no bar unless --progress asks for it',
      },
      { flags: '-q, --quiet', description: 'errors only', conflicts: ['verbose'] },
      COMPLETION_OPTION,
      VERSION_OPTION,
      HELP_OPTION,
    ],
  },
];

export const COMMAND_OPTIONS: readonly CommandOption[] = OPTION_GROUPS.flatMap(({ options }) => options);

/** What commander makes of the table: a copy's options, and how they are shown. */
export interface ParsedOptions extends Omit<CopyOptions, 'filter' | 'signal' | 'onEvent'> {
  readonly suffix: string;
  readonly ifExists: IfExists;
  readonly check?: true;
  readonly join?: string;
  readonly root?: readonly (string | Buffer)[];
  readonly progress: ProgressKind;
  readonly verbose?: true;
  readonly quiet?: true;
  readonly completion?: Shell;
}
