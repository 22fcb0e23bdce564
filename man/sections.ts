/** The man page's own words: what neither `--help` nor the README's table says. `code` is marked. */

export const DESCRIPTION: readonly string[] = [
  'The content of `src` becomes the content of `dest`, whether or not that stood before: never `dest/src`. Missing parents are made. An existing `dest` is merged into, and what stands only there stays, unless `--delete`. Left out, `dest` is the name of `src` with `[副本]` behind it, beside `src`. A folder that is named by a link is the folder that the link leads to.',
  'There are no subcommands: any first word is the name of a folder. `src` left out at a terminal is asked for, where Tab completes paths; before what stands already at `dest` is merged into, it is asked once more. Away from a terminal nothing is ever asked.',
  'Every entry is copied: files, folders, symbolic and hard links, FIFOs; sockets and devices are skipped and counted. Modes, times, holes, and as far as user and system allow owners, extended attributes and ACLs are kept; what could not be kept is counted. Entries that fail are told of, each in a line on standard error, and the rest is copied.',
  'A new destination grows as `dest.partial`, which takes its name in one rename at the end. After a kill, a crash or a full disk the same command goes on, and copies nothing again that is finished.',
  'Sizes take `k`, `m` and `g`, 1024-based, in either case.',
];

export const ENVIRONMENT: readonly (readonly [name: string, says: string])[] = [
  ['HOME', 'What a `~` at the beginning of a path stands for where the folder is asked for.'],
  ['TERM', 'Where it is empty, `dumb` or `unknown`, no bar is drawn.'],
];

export const FILES: readonly (readonly [name: string, says: string])[] = [
  ['<dest>.partial', 'A copy that is not complete, closed to other users.'],
  [
    '<dest>/.folder-copy.claim',
    'Names the run that is at work there: one at a time. It is gone at the end; what a dead run left is taken over.',
  ],
  ['<dest>.partial/.folder-copy.mark', 'Names the source, so that only the same copy is gone on with.'],
];

export const SEE_ALSO: readonly string[] = ['`cp`(1), `rsync`(1), `gitignore`(5)'];
