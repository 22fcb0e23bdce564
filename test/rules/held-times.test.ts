import { expect, test } from 'vitest';
import { BTRFS, EXFAT, EXT, FUSE, NTFS3, OVERLAY, VFAT, XFS } from '../../src/files/system/file-systems.js';
import { heldBy, isSameTime } from '../../src/rules/held-times.js';

const NFS = 0x6969;

const cases: [
  title: string,
  system: number,
  source: [seconds: number, nanoseconds: number],
  there: [seconds: number, nanoseconds: number],
  isSame: boolean,
][] = [
  ['within two seconds of vfat', VFAT, [1_234_567_891, 999_999_999], [1_234_567_890, 0], true],
  ['the next two seconds of vfat', VFAT, [1_234_567_892, 0], [1_234_567_890, 0], false],
  ['within 100 ns of NTFS', NTFS3, [1_600_000_000, 999], [1_600_000_000, 900], true],
  ['the next 100 ns of NTFS', NTFS3, [1_600_000_000, 999], [1_600_000_000, 899], false],
  ['beyond 2038, where 32 bits are kept', EXT, [4_000_000_000, 5], [2_147_483_647, 0], true],
  ['beyond 2446, where ext4 keeps 34 bits', EXT, [20_000_000_000, 0], [15_032_385_535, 0], true],
  [
    'beyond 2486, where XFS keeps 64 bits of nanoseconds',
    XFS,
    [20_000_000_000, 0],
    [16_299_260_425, 0],
    true,
  ],
  ['before 1901', EXT, [-3_000_000_000, 0], [-2_147_483_648, 0], true],
  ['within 2038, another time', EXT, [2_147_483_640, 0], [2_147_483_647, 0], false],
  ['beyond 2038, another time', EXT, [4_000_000_000, 0], [2_147_483_646, 0], false],
  ['where all is kept', BTRFS, [4_000_000_000, 0], [2_147_483_647, 0], false],
  ['before 1970, over a protocol that counts from there', NFS, [-5, 0], [0, 0], true],
  ['before 1970, on a disk that can hold it', EXT, [-5, 0], [0, 0], false],
  ['before 1980 on exfat', EXFAT, [5, 0], [315_532_800, 0], true],
  ['before 1980 on exfat, in the local time of +05:45', EXFAT, [5, 0], [315_532_800 - 20_700, 0], true],
  ['before 1980 on exfat through FUSE', FUSE, [5, 0], [315_532_800 + 3600, 0], true],
  ['before 1980 on exfat, another time', EXFAT, [5, 0], [315_532_801, 0], false],
  ['32 of its bits', FUSE, [4_294_967_296 + 77, 9], [77, 0], true],
  ['the seconds of a program', FUSE, [1_600_000_001, 999_999_999], [1_600_000_001, 0], true],
  ['the microseconds of a program', FUSE, [1_600_000_000, 123_456_789], [1_600_000_000, 123_456_000], true],
  ['the next second of a server', NFS, [1_600_000_001, 5], [1_600_000_000, 0], false],
  [
    'in the same second of a program',
    FUSE,
    [1_600_000_000, 123_456_789],
    [1_600_000_000, 123_456_788],
    false,
  ],
  ['in the same second, a later one there', FUSE, [1_600_000_000, 5], [1_600_000_000, 100_000_000], false],
  ['in the same second of a local disk', EXT, [1_600_000_000, 123_456_789], [1_600_000_000, 0], false],
  ['in the same second of layers on it', OVERLAY, [1_600_000_000, 123_456_789], [1_600_000_000, 0], false],
  ['33 of its bits', FUSE, [4_294_967_296 + 77, 0], [78, 0], false],
];
for (const [title, system, source, there, isSame] of cases) {
  test(`a time is ${isSame ? 'the same' : 'another'}: ${title}`, () => {
    const [mtime, mtimeNs] = source;
    const standing = { mtime: there[0], mtimeNs: there[1] };
    expect(isSameTime({ mtime, mtimeNs }, standing, heldBy(system, false))).toBe(isSame);
  });
}
