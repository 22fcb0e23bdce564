/**
 * What there is to say about an option beyond its line in `--help`: the options page and the man page say it in
 * full. By the option's long name; an option that is missing here has its line of `--help`. `code` is marked.
 */
export const OPTION_DETAILS: Readonly<Record<string, string>> = {
  '--include':
    'repeatable. Together with `--exclude` or `--ignore-file`: take back what they leave out, except inside folders that they leave out. Alone: copy only what matches, and everything in a folder that matches',
  '--exclude':
    'repeatable. Do not copy what matches, nor anything in it. The pattern is a gitignore line, relative to the source. `--delete` leaves what matches alone in the destination',
  '--ignore-file':
    'a file with more exclude patterns, in gitignore syntax; they come before those of `--exclude`',
  '--one-file-system':
    "do not enter folders on another file system than the source's; such folders are made, and stay empty",
  '--dereference': 'copy what symbolic links point to, instead of the links',
  '--from':
    'copy only the entries listed in a file, as `--failed` writes it: paths relative to the source, each ended by a NUL byte. For a folder, copy everything in it. Excluded entries stay excluded',
  '--xattrs':
    'extended attributes and ACLs. `auto`: keep them if the optional package koffi is installed. `always`: refuse to start without it. `never`: do not copy them',
  '--suffix': "what is appended to the source's name if `dest` is left out",
  '--if-exists':
    'for a file that exists in the destination. `overwrite`: replace it. `update`: replace it if its size or modification time differs; if only mode or owner differ, change those (or replace it, if it has other names). `newer`: replace it if it is older than in the source. `skip`: leave it. `error`: report it as failed',
  '--delete':
    'after a copy without failures, remove from the destination what the source does not have. If the source is empty, or none of the names in its root exists in the root of the destination, the command refuses to start: the disk may not be mounted, or the destination mistyped. `--max-delete 100%` does it anyway',
  '--max-delete':
    'the most entries that `--delete` may remove: a number, or a share of what the destination held before. If there are more, nothing is deleted, the rest is copied, and the status is 1. `0` allows none',
  '--link-dest':
    'repeatable. Hard-link the files that are the same in an earlier copy (path, size, modification time, mode, owner, attributes) instead of copying them, so that they take no space. The earlier copy is only read. If a file cannot be linked, it is copied. A relative path begins at the working folder',
  '--backup-dir':
    'move what is replaced or deleted in the destination to this folder, under the same relative path. Nothing in it is overwritten: the next `name` is kept as `name.~1~`, and so on. It may be in the destination, where `--delete` leaves it alone, or on another file system',
  '--workers':
    'how many workers copy at the same time, 1 to 64. They are started as soon as there are that many entries to copy. Without this option, as many as pay: the slower the storage answers, the more, up to 5. More than 5 pay if a call takes some 20 milliseconds',
  '--chunk-size':
    'the unit in which content is copied, 1 byte to 1 MiB (`k` and `m` are allowed: `64k`). Many chunks are moved by one system call, so a small chunk is not slow',
  '--bwlimit': 'most bytes per second for all workers together (`k`, `m` and `g` are allowed: `20m`)',
  '--fleet':
    'copy together with other machines. They run `folder-copy --join` with the same URL, that of a Redis, and have the same storage at the same path. The password comes from FOLDER_COPY_REDIS_PASSWORD, or from the file that FOLDER_COPY_REDIS_PASSWORD_FILE names. Implies `--fsync`. The packages bullmq and ioredis have to be installed',
  '--join':
    "lend this machine's workers to the copy that is run with `--fleet` and the same URL, until that copy has ended. Takes `--root`, `-w`, `--bwlimit`, `-q` and `-v`, and no folders",
  '--root':
    'repeatable. With `--join`: a folder in which this machine may read and write. Nothing is done outside of these',
  '--reflink':
    'share blocks with the source instead of copying them. `auto`: where the file system can. `always`: files that cannot be cloned fail. `never`: always copy',
  '--verify':
    'read every copied file back, past the page cache if possible, and compare it with what was read from the source. A file that differs is copied again, up to `--retries` times. Implies `--fsync`. With `--check`: compare contents',
  '--checksums':
    'write the SHA-256 checksums of the copied files to a file; `sha256sum -c` checks them in the destination',
  '--fsync': 'count a file as finished only when it and its folder are on the disk',
  '--check':
    'compare source and destination and write nothing. Prints a line for each difference; the status is 0 if there is none, else 1. With `--verify`, contents are compared, too. `--progress` works as in a copy. Options that only make sense for a copy are refused',
  '--no-space-check':
    'skip the free-space check. Without this option, a copy that cannot fit is stopped early',
  '--retries':
    'how often a file is tried again after a transient error, such as EIO or EBUSY, or when it changed while it was read or its worker died',
  '--fail-fast': 'stop at the first entry that fails',
  '--strict':
    'let an entry fail if something of it cannot be kept (an owner, an attribute, a socket); otherwise that is only counted',
  '--failed': 'write the paths of failed entries to a file: relative to the source, each ended by a NUL byte',
  '--dry-run': 'show what would be copied, with `-v` a line for each entry; write nothing',
  '--progress':
    'how progress is shown. `auto`: a bar on a terminal, nothing elsewhere. `bar`: a bar, or lines if none can be drawn. `panel`: also a graph of the rate, and the file that each worker is copying. `plain`: a line now and then on standard error. `json`: events on standard output, one a line. `none`: nothing',
  '--log':
    'write the events to a file, as `--progress json` has them, one for each entry, whatever is shown. What the file held before is gone. If it cannot be written any more, because its disk is full, one line says so, the copy goes on, and the status is 1',
  '--verbose':
    'print a line to standard error for each finished entry; there is no bar unless `--progress bar` or `--progress panel` asks for it',
  '--quiet': 'print errors only. The events of `--progress json` stay',
  '--completion': 'print a completion script for `bash`, `zsh` or `fish`; its first lines say how to load it',
};
