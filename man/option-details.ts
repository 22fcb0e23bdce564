/**
 * What there is to say of an option beyond its line in `--help`: for the README and the man page, which say it
 * in full. By the option's long name; where one is missing, the line in `--help` says all. `code` is marked.
 */
export const OPTION_DETAILS: Readonly<Record<string, string>> = {
  '--include':
    'repeatable. After all excludes, take in again what they left out; alone: copy only what it matches, of a folder all under it; other folders are made only where something in them is copied',
  '--exclude':
    'repeatable. A gitignore line relative to the source (as in git, `?` is one byte of a name): what it matches is not copied, nor what is in it; in the destination `--delete` leaves it alone',
  '--ignore-file': 'more exclude patterns, gitignore syntax; they come before those of `--exclude`',
  '--xattrs':
    'extended attributes and ACLs: `auto` keeps them where they can be reached, `always` refuses to start where they cannot, `never`',
  '--suffix': "put behind the source's name where `dest` is left out",
  '--if-exists':
    'a file that stands in the destination: `overwrite` it, `update` it where size or time differs, `skip` it, or report an `error`',
  '--workers': 'size of the pool, 1 to 64; never more are forked than there is work for',
  '--chunk-size':
    'size of a chunk, 1 byte to 1 MiB (`k` and `m` are understood): the unit in which content moves. Many travel in one system call',
  '--bwlimit': 'ceiling for the whole pool (`k`, `m` and `g` are understood)',
  '--reflink':
    'share blocks with the source where the file system can: `auto`; `always`: a file fails that cannot; `never`',
  '--verify':
    'read every copied file back, past the page cache where that can be, and compare its digest; one that differs is copied again, up to `--retries`. Implies `--fsync`. With `--check`: compare contents, copy nothing',
  '--checksums':
    'write a manifest (SHA-256) of the copied files that `sha256sum -c` accepts in the destination',
  '--from':
    'copy just the entries named in such a file as `--failed` writes, of a folder all under it; what is excluded stays excluded',
  '--check':
    'compare source and destination, and write nothing: status 0 the same, 1 they differ, with a line on standard output per difference (kind, size, modification time, mode, link target, hard links, owner as root, missing, extra); contents too with `--verify`. Not with options that only a copy can obey',
  '--no-space-check': 'do not hold the total against the free space and inodes',
  '--retries':
    'tries again for a file that failed in a way that can pass: EIO, EBUSY, changed while read, its worker died, …',
  '--strict':
    'what could not be kept (an owner, an attribute, a socket) makes its entry failed, not only counted',
  '--failed': 'write the paths of failed entries there, relative to the source, each ended by NUL',
  '--dry-run': 'list and report, with `-v` a line per entry; write nothing at all',
  '--progress':
    '`auto`: a bar on a terminal, else nothing; `bar`: the same, and where none can be drawn as `plain`; `plain`: a line now and then on standard error; `json`: events, one a line, and nothing else on standard output; `none`',
  '--verbose':
    'a line for every finished entry on standard error, and no bar unless `--progress` asks for it',
  '--quiet': 'errors only; the events of `--progress json` stay. Not with `-v`, `--progress bar` or `plain`',
  '--completion':
    'print a completion script for `bash`, `zsh` or `fish`, to be loaded as its first lines say',
};
