/** What `--help` and the man page say beside the options. */

export const SUMMARY = 'copies a folder with a fixed pool of worker processes';

/** Each a command and what it does. */
export const EXAMPLES: readonly (readonly [command: string, does: string])[] = [
  ['folder-copy photos', 'makes the copy photos[副本] beside it'],
  ['folder-copy photos /backup/photos', 'makes /backup/photos the copy'],
  ['folder-copy --if-exists update --delete photos /backup/photos', 'brings that copy up to date'],
  ['folder-copy --check photos /backup/photos', 'lists the differences'],
  ['folder-copy -n -v photos', 'lists what would be copied'],
];

/** Each an exit status, or several of a kind, and what it says. */
export const EXIT_STATUSES: readonly (readonly [status: string, says: string])[] = [
  ['0', 'everything was copied; with --check: no differences'],
  [
    '1',
    'some entries failed and the rest was copied, or the disk is full; with --check: there are differences',
  ],
  ['2', 'refused before anything was written'],
  ['129, 130, 143', 'stopped by SIGHUP, SIGINT, SIGTERM; run the same command again to resume'],
  ['141', 'the reader of standard output has closed it'],
];
