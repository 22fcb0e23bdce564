/** The man page's own words: what neither `--help` nor the list of options says. `code` is marked. */

export const DESCRIPTION: readonly string[] = [
  'Copies the folder `src`. `dest` becomes the copy, whether or not it existed before: the command never makes `dest/src`. Missing parents are made. Files that exist only in `dest` are kept, unless `--delete` is given. If `dest` is left out, it is the name of `src` followed by `[副本]`, beside `src`. A link to a folder, given as `src` or `dest`, stands for that folder.',
  'There are no subcommands: the first word is always the name of a folder. If `src` is left out at a terminal, the command asks for it, and Tab completes paths; if the destination exists, it also asks whether to merge into it. Away from a terminal it never asks.',
  'Files, folders, symbolic links, hard links and FIFOs are copied; sockets and devices are skipped and counted. Modes, times and holes are kept, and so are owners, extended attributes and ACLs as far as the user and the system allow. What cannot be kept is counted. Each entry that fails gets a line on standard error; the rest is copied.',
  'A new destination is built as `dest.partial` and renamed when everything is done. After Ctrl-C, a crash or a full disk, run the same command again to resume: finished files are not copied again.',
  'Sizes and rates take the suffixes `k`, `m` and `g` (1024-based), in either case.',
];

export const ENVIRONMENT: readonly (readonly [name: string, says: string])[] = [
  ['HOME', 'Replaces a `~` at the beginning of a path, if the command asks for the folder.'],
  ['NO_COLOR', 'If it is not empty, nothing is coloured.'],
  [
    'LC_ALL, LC_CTYPE, LANG',
    'If the first of these that is not empty names a locale without UTF-8, characters outside ASCII are shown escaped.',
  ],
  ['TERM', 'If it is empty, `dumb` or `unknown`, no bar is drawn.'],
];

export const FILES: readonly (readonly [name: string, says: string])[] = [
  ['<dest>.partial', 'A copy that is not complete. Other users cannot open it.'],
  [
    '<dest>/.folder-copy.claim',
    'Names the run that is at work there, so that there is one at a time. It is removed at the end; the claim of a dead run is taken over.',
  ],
  [
    '<dest>.partial/.folder-copy.mark',
    'Names the source, so that only a copy of the same source is resumed.',
  ],
];

export const SEE_ALSO: readonly string[] = ['`cp`(1), `rsync`(1), `gitignore`(5)'];
