/** What `--help` and the man page say beside the options. */

export const SUMMARY = 'copies a folder with a fixed pool of worker processes';

/** Each a command and what it does. */
export const EXAMPLES: readonly (readonly [command: string, does: string])[] = [
  ['folder-copy photos', 'makes photos[副本] beside it'],
  ['folder-copy photos /backup/photos', '/backup/photos becomes the copy'],
  ['folder-copy --if-exists update --delete photos /backup/photos', 'brings it up to date'],
  ['folder-copy --check photos /backup/photos', 'tells in what they differ'],
  ['folder-copy -n -v photos', 'lists what would be copied'],
];

/** Each an exit status, or several of a kind, and what it says. */
export const EXIT_STATUSES: readonly (readonly [status: string, says: string])[] = [
  ['0', 'all copied; with --check: the same'],
  ['1', 'some entries failed and the rest is copied, or the disk is full; with --check: they differ'],
  ['2', 'refused: nothing was written'],
  ['129, 130, 143', 'stopped by SIGHUP, SIGINT, SIGTERM; the same command goes on'],
  ['141', 'whoever read standard output has closed it'],
];
