import { dirname, join } from 'node:path';
import { isRoot } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { type CommandOptions, type CommandResult, runCommand } from '../helpers/run-command.js';
import type { TreeEntry } from '../helpers/tree-description.js';

export const mtime = '1234567890123456789';
export const root: TreeEntry = { path: '.', kind: 'folder', mtime };

export interface Checked extends CommandResult {
  /** the lines of standard output, sorted: workers answer in any order */
  differences: string[];
}

export async function checked(
  source: string,
  copy: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
): Promise<Checked> {
  const result = await runCommand(['--check', ...args, source, copy], options);
  return { ...result, differences: result.stdout.split('\n').filter(Boolean).sort() };
}

/** Two trees beside each other, both with the same time at their roots unless told otherwise. */
export function twoTrees(entries: TreeEntry[], others: TreeEntry[]): [source: string, copy: string] {
  const source = makeTree([...entries, root]);
  return [source, makeTree([...others, root], join(dirname(source), 'copy'))];
}

/** Of each kind one entry, what is done to its copy, and the line that tells of it. */
export const mutations: [title: string, entries: TreeEntry[], change: string, line: string][] = [
  ['a missing file', [file('victims/gone')], 'rm victims/gone', 'missing victims/gone'],
  [
    'a missing folder, in one line',
    [file('victims/away/deep/file'), folder('victims/away/deep'), folder('victims/away')],
    'rm -r victims/away',
    'missing victims/away',
  ],
  ['an extra file', [], 'touch victims/new', 'extra victims/new'],
  ['an extra folder, in one line', [], 'mkdir -p victims/more/deep/er', 'extra victims/more'],
  [
    'another kind',
    [file('victims/kind')],
    'rm victims/kind; mkdir victims/kind',
    'kind victims/kind: file -> folder',
  ],
  [
    'another kind of what was a folder',
    [file('victims/shut/file'), folder('victims/shut')],
    'rm -r victims/shut; ln -s . victims/shut',
    'kind victims/shut: folder -> link',
  ],
  [
    'another size',
    [file('victims/size')],
    'printf longer >victims/size; touch -d @1234567890.123456789 victims/size',
    'size victims/size: 5 -> 6',
  ],
  [
    'another time, by a nanosecond',
    [file('victims/time')],
    'touch -d @1234567890.123456790 victims/time',
    'time victims/time: 2009-02-13T23:31:30.123456789Z -> 2009-02-13T23:31:30.123456790Z',
  ],
  [
    'another time of a folder',
    [folder('victims/older')],
    'touch -d @-1.5 victims/older',
    'time victims/older: 2009-02-13T23:31:30.123456789Z -> 1969-12-31T23:59:58.500000000Z',
  ],
  [
    'another time of a link',
    [link('victims/link', 'nowhere')],
    'touch -h -d @0 victims/link',
    'time victims/link: 2009-02-13T23:31:30.123456789Z -> 1970-01-01T00:00:00.000000000Z',
  ],
  ['another mode', [file('victims/mode')], 'chmod 4640 victims/mode', 'mode victims/mode: 644 -> 4640'],
  [
    'another mode of a FIFO',
    [{ path: 'victims/fifo', kind: 'fifo', mtime, mode: '600' }],
    'chmod 644 victims/fifo',
    'mode victims/fifo: 600 -> 644',
  ],
  [
    'another link target',
    [link('victims/target', 'one')],
    'ln -sfn "two\n" victims/target; touch -h -d @1234567890.123456789 victims/target',
    'target victims/target: one -> two\\n',
  ],
  [
    'a hard link that has become a file of its own',
    [file('victims/first'), { path: 'victims/second', kind: 'hardlink', to: 'victims/first' }],
    'cp -p victims/first victims/x; mv victims/x victims/first',
    'links victims/second: linked to victims/first -> not linked',
  ],
  [
    'two files that have become one',
    [file('victims/own'), file('victims/owned')],
    'ln -f victims/own victims/owned',
    'links victims/owned: not linked -> linked to victims/own',
  ],
  ...(isRoot
    ? ([
        [
          'another owner',
          [file('victims/owner')],
          'chown 1:2 victims/owner',
          'owner victims/owner: 0:0 -> 1:2',
        ],
      ] as [string, TreeEntry[], string, string][])
    : []),
];

export const victims: TreeEntry[] = [...mutations.flatMap(([, entries]) => entries), folder('victims')];

export function file(path: string): TreeEntry {
  return { path, kind: 'file', content: 'short', mtime, mode: '644' };
}

export function folder(path: string): TreeEntry {
  return { path, kind: 'folder', mtime };
}

export function link(path: string, target: string): TreeEntry {
  return { path, kind: 'link', target, mtime };
}

/** Which of two names is met first is up to the walk. */
export function inEitherOrder(lines: string[]): string[] {
  return lines
    .map(line =>
      line.replace(/^links (\S+): (.*)linked to (\S+)(.*)$/, (whole, path, before, other, after) =>
        path < other ? `links ${other}: ${before}linked to ${path}${after}` : whole,
      ),
    )
    .sort();
}

/** For the roots, and the folder that the changes are in: they have left these no other time. */
export const sameTimes = 'touch -d @1234567890.123456789 victims .';
