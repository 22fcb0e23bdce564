import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { partOf } from '../helpers/part-of.js';
import { type CommandOptions, runCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

const isRoot = process.getuid?.() === 0;
/** A user whom modes concern: root becomes `nobody`. */
const mortal: CommandOptions = isRoot ? { uid: 65534, gid: 65534 } : {};

const scene: TreeEntry[] = [
  { kind: 'file', path: 'photos/2024/a.jpg', content: 'a' },
  { kind: 'file', path: 'photos/b.jpg', content: 'b' },
  { kind: 'folder', path: 'empty' },
  { kind: 'file', path: 'notes.txt', content: 'no folder' },
  { kind: 'link', path: 'to-photos', target: 'photos' },
  { kind: 'link', path: 'to-2024', target: 'photos/2024' },
  { kind: 'link', path: 'to-here', target: '.' },
  { kind: 'link', path: 'to-notes', target: 'notes.txt' },
  { kind: 'link', path: 'dangling', target: 'nowhere' },
  { kind: 'link', path: 'loop', target: 'loop' },
  { kind: 'folder', path: 'read-only', mode: '555' },
  { kind: 'folder', path: 'secret', mode: '000' },
  { kind: 'folder', path: 'unlisted', mode: '333' },
];

type Refused = [title: string, args: string[], says: RegExp, options?: CommandOptions];

const sources: Refused[] = [
  ['a source that does not exist', ['missing'], /^folder-copy: missing: .* \(ENOENT\)$/],
  ['a source that is a file', ['notes.txt'], /^folder-copy: notes\.txt: .*not a folder \(ENOTDIR\)$/],
  ['a source that is a link to a file', ['to-notes'], /^folder-copy: to-notes: .*not a folder \(ENOTDIR\)$/],
  ['a source that is a dangling link', ['dangling'], /^folder-copy: dangling: .* \(ENOENT\)$/],
  ['a source that is a link to itself', ['loop'], /^folder-copy: loop: .* \(ELOOP\)$/],
  ['a source below a file', ['notes.txt/photos'], /^folder-copy: notes\.txt\/photos: .* \(ENOTDIR\)$/],
  ['a source that cannot be read', ['secret', '/tmp/x'], /^folder-copy: secret: .* \(EACCES\)$/, mortal],
  ['a word like a subcommand that is no folder', ['help'], /^folder-copy: help: .* \(ENOENT\)$/],
  ['a source without a name', ['', 'copy'], /^folder-copy: the source's name is empty$/],
  ['a name with an escape sequence', ['\x1b[2J\n'], /^folder-copy: \\x1b\[2J\\n: .* \(ENOENT\)$/],
];

const same: Refused[] = [
  'photos',
  './photos/',
  'photos/.',
  'photos/../photos',
  'empty/../photos',
  'to-photos',
  'to-here/photos',
].map(destination => [
  `the source itself, spelled ${destination}`,
  ['photos', destination],
  /^folder-copy: \S+: is the source itself; .* \(EINVAL\)$/,
]);

const overlapping: Refused[] = [
  ...['photos/copy', 'photos/2024', 'photos/2024/new/copy', 'to-photos/copy', 'to-2024', 'to-2024/copy'].map(
    destination =>
      [
        `a destination inside the source, spelled ${destination}`,
        ['photos', destination],
        /^folder-copy: \S+: lies in the source photos; .* \(EINVAL\)$/,
      ] satisfies Refused,
  ),
  [
    'a destination inside the source, which is named by a link',
    ['to-photos', 'photos/copy'],
    /^folder-copy: photos\/copy: lies in the source to-photos; .* \(EINVAL\)$/,
  ],
  [
    'a source inside the destination',
    ['photos/2024', 'photos'],
    /^folder-copy: photos: contains the source photos\/2024; .* \(EINVAL\)$/,
  ],
  [
    'a source inside the destination `.`',
    ['photos', '.'],
    /^folder-copy: \.: contains the source photos; .* \(EINVAL\)$/,
  ],
  [
    'a source inside the destination, both through links',
    ['to-2024', 'to-here'],
    /^folder-copy: to-here: contains the source to-2024; .* \(EINVAL\)$/,
  ],
];

const destinations: Refused[] = [
  ['a destination that is a dangling link', ['photos', 'dangling'], /^folder-copy: dangling: .* \(ENOENT\)$/],
  ['a destination that is a link to itself', ['photos', 'loop'], /^folder-copy: loop: .* \(ELOOP\)$/],
  ['a destination that is a file', ['photos', 'notes.txt'], /^folder-copy: notes\.txt: .* \(ENOTDIR\)$/],
  [
    'a destination below a file',
    ['photos', 'notes.txt/copy'],
    /^folder-copy: notes\.txt\/copy: .* \(ENOTDIR\)$/,
  ],
  [
    'a destination below a dangling link',
    ['photos', 'dangling/copy'],
    /^folder-copy: \S*dangling\/copy: .* \(ENOENT\)$/,
  ],
  ['a destination without a name', ['photos', ''], /^folder-copy: the destination's name is empty$/],
  ['the root folder without a destination', ['/'], /^folder-copy: \/ has no name .*name a destination$/],
  [
    'a new destination whose parent cannot be written',
    ['photos', 'read-only/copy'],
    /^folder-copy: read-only\/copy: .* \(EACCES\)$/,
    mortal,
  ],
  [
    'a new destination below missing parents in a folder that cannot be written',
    ['photos', 'read-only/new/copy'],
    /^folder-copy: read-only\/new\/copy: .* \(EACCES\)$/,
    mortal,
  ],
  [
    'an existing destination that cannot be written',
    ['photos', 'read-only'],
    /^folder-copy: read-only: .* \(EACCES\)$/,
    mortal,
  ],
  [
    'an existing destination that can be written, but not read',
    ['photos', 'unlisted'],
    /^folder-copy: \S*unlisted: cannot be read: .* \(EACCES\)$/,
    mortal,
  ],
  [
    'a destination in a folder that cannot be searched',
    ['photos', 'secret/copy'],
    /^folder-copy: secret\/copy: .* \(EACCES\)$/,
    mortal,
  ],
];

const sideFiles: Refused[] = [
  ...['photos/b.jpg', 'photos/2024/sums', 'to-2024/sums'].map(
    file =>
      [
        `a manifest in the source, spelled ${file}`,
        ['--checksums', file, 'photos', 'copy'],
        /^folder-copy: checksums \S+\/photos\/\S+: lies in the source, which is never changed; .* \(EINVAL\)$/,
      ] satisfies Refused,
  ),
  ...['copy', 'to-here/copy', 'empty/../copy.partial'].map(
    file =>
      [
        `a list of failures in the place of the copy, spelled ${file}`,
        ['--failed', file, 'photos', 'to-here/copy'],
        /^folder-copy: failed \S+\/copy(\.partial)?: lies where the copy is made; .* \(EINVAL\)$/,
      ] satisfies Refused,
  ),
  [
    'a manifest that --delete would remove',
    ['--checksums', 'to-here/empty/sums', '--delete', 'photos', 'empty'],
    /^folder-copy: checksums \S+\/empty\/sums: lies in the destination, where .* or exclude it \(EINVAL\)$/,
  ],
  [
    'a manifest where a file will be copied to',
    ['--checksums', 'empty/b.jpg', 'photos', 'empty'],
    /^folder-copy: checksums \S+\/empty\/b\.jpg: lies in the destination, where .* \(EINVAL\)$/,
  ],
  [
    'a manifest whose link leads nowhere',
    ['--checksums', 'dangling', 'photos', 'copy'],
    /^folder-copy: checksums \S+\/dangling: is a dangling symbolic link; .* \(EINVAL\)$/,
  ],
  [
    'one file for the manifest and for the failures',
    ['--checksums', 'list', '--failed', 'to-here/list', 'photos', 'copy'],
    /^folder-copy: checksums \S+\/list: is also the file of failed; name another one \(EINVAL\)$/,
  ],
  [
    'a manifest over the file that says what is copied',
    ['--from', 'notes.txt', '--checksums', 'to-notes', 'photos', 'copy'],
    /^folder-copy: checksums \S+\/notes\.txt: is also the file of from; .* \(EINVAL\)$/,
  ],
  [
    'a log in the source, which is named by a link',
    ['--log', 'to-2024/log', 'photos', 'copy'],
    /^folder-copy: log \S+\/2024\/log: lies in the source, which is never changed; .* \(EINVAL\)$/,
  ],
  [
    'a log in the place of the copy',
    ['--log', 'copy', 'photos', 'copy'],
    /^folder-copy: log \S+\/copy: lies where the copy is made; .* \(EINVAL\)$/,
  ],
  [
    'a log in an earlier copy, which is only read',
    ['--log', 'empty/log', '--link-dest', 'empty', 'photos', 'copy'],
    /^folder-copy: log \S+\/empty\/log: lies in an earlier copy, which is only read; .* \(EINVAL\)$/,
  ],
  [
    'a log that a comparison would find',
    ['--check', '--log', 'empty/log', 'photos', 'empty'],
    /^folder-copy: log \S+\/empty\/log: lies in the destination, where it would be a difference; .* \(EINVAL\)$/,
  ],
  [
    'one file for the log and for the failures',
    ['--failed', 'list', '--log', 'list', 'photos', 'copy'],
    /^folder-copy: failed \S+\/list: is also the file of log; name another one \(EINVAL\)$/,
  ],
  [
    'a log over the file that says what is left out',
    ['--ignore-file', 'notes.txt', '--log', 'notes.txt', 'photos', 'copy'],
    /^folder-copy: log \S+\/notes\.txt: is also the file of ignoreFile; .* \(EINVAL\)$/,
  ],
  ['a log in no folder', ['--log', 'no/log', 'photos', 'copy'], /^folder-copy: log no\/log: .* \(ENOENT\)$/],
  ['a log that is a folder', ['--log', 'empty', 'photos', 'copy'], /^folder-copy: log empty: .* \(EISDIR\)$/],
  [
    'a manifest in no folder',
    ['--checksums', 'no/copy', 'photos', 'copy'],
    /^folder-copy: checksums no\/copy: .* \(ENOENT\)$/,
  ],
  [
    'a manifest below a file',
    ['--checksums', 'notes.txt/x', 'photos', 'copy'],
    /^folder-copy: checksums notes\.txt\/x: .* \(ENOTDIR\)$/,
  ],
  [
    'a list of failures whose name is too long',
    ['--failed', 'n'.repeat(300), 'photos', 'copy'],
    /^folder-copy: failed n+: .* \(ENAMETOOLONG\)$/,
  ],
  [
    'a manifest without a name',
    ['--checksums', '', 'photos', 'copy'],
    /^folder-copy: checksums : .* \(ENOENT\)$/,
  ],
];

const usage: Refused[] = [
  ['no argument away from a terminal', [], /^folder-copy: missing argument 'src'; see folder-copy --help$/],
  ['a third argument', ['photos', 'copy', 'more'], /^folder-copy: too many arguments\. Expected 2 /],
  [
    'an unknown option',
    ['--colour', 'photos'],
    /^folder-copy: unknown option '--colour'; see folder-copy --help$/,
  ],
  ['an option that is nearly right', ['--worker', '2', 'photos'], /unknown option '--worker'.*--workers/],
  ['an escape sequence in an option', ['--\x1b[2J', 'photos'], /^folder-copy: unknown option '--\\x1b\[2J'/],
  ['an option without its value', ['photos', '--workers'], /--workers.*argument missing/],
  ...['0', '65', '-1', '2.5', '1e1', '0x2', 'two', ' ', ''].map(value => badValue('--workers', '-w', value)),
  ...['0', '0k', '-1', '1.5k', '2m', '1g', '1048577', '4kb', 'k', 'much', ''].map(value =>
    badValue('--chunk-size', '--chunk-size', value),
  ),
  ...['', 'a/b', '/'].map(
    value =>
      [
        `the suffix ${JSON.stringify(value)}`,
        ['photos', '--suffix', value],
        /^folder-copy: suffix takes /,
      ] satisfies Refused,
  ),
  ...['--reflink', '--if-exists', '--xattrs'].map(option => badValue(option, option, 'perhaps')),
  badValue('--reflink', '--reflink', 'AUTO'),
];

function badValue(option: string, flag: string, value: string): Refused {
  return [
    `${flag} ${JSON.stringify(value)}`,
    [`photos`, `${flag}${flag.startsWith('--') ? '=' : ''}${value}`],
    new RegExp(`^folder-copy: option '(-w, )?${option}[ <].* (is invalid|argument missing)`),
  ];
}

describe.each([
  ['sources', sources],
  ['overlaps', [...same, ...overlapping]],
  ['destinations', destinations],
  ['side files', sideFiles],
  ['usage', usage],
])('%s', (_, cases) => {
  for (const [title, args, says, options] of partOf(cases, Math.ceil(cases.length / 2))) {
    test(`refuses ${title}, in one line, with status 2, and writes nothing`, async () => {
      const scratch = scratchFolder();
      chmodSync(scratch, 0o755);
      const place = makeTree(scene, join(scratch, 'place'));
      const before = treeSnapshot(scratch);
      const { status, stdout, stderr } = await runCommand(args, { cwd: place, ...options });
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      const [line = '', ...others] = stderr.split('\n');
      expect(others).toEqual(['']);
      expect(line).toMatch(says);
      expect(compareTrees(before, treeSnapshot(scratch))).toEqual([]);
    });
  }
});
