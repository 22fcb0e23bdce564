import { join } from 'node:path';
import { type Shape, writeFiles } from '../generate.js';
import type { Workload } from '../workloads.js';
import type { Pace } from './slow-place.js';

const KiB = 1024;

const few: Shape = { files: 600, folders: 40, smallest: 1, largest: 40 * KiB };
const more: Shape = { files: 2000, folders: 133, smallest: 1, largest: 40 * KiB };
const many: Shape = { files: 6000, folders: 400, smallest: 1, largest: 40 * KiB };
const alone: Shape = { files: 300, folders: 300, smallest: 1, largest: 40 * KiB };
const large: Shape = { files: 4, folders: 1, smallest: 32 * KiB * KiB, largest: 32 * KiB * KiB };

const server: Pace = { delayUs: 1000, withAttributes: true };
const bare: Pace = { delayUs: 1000, withAttributes: false };

const saysFew = '600 files of up to 40 KB in 40 folders';
const saysMany = '6,000 files of up to 40 KB in 400 folders';

/** On slow storage, as file servers do: `npm run bench -- slow`. */
export const slowWorkloads: Workload[] = [
  {
    name: 'slow-fresh',
    says: saysFew,
    on: server,
    make: files(few),
    peers: ['rclone copy', 'floor, 5'],
    once: ['cp -a', 'rsync -a'],
    goals: { 'rclone copy': 1.3, 'cp -a': 5 },
    mostCalls: { files: few.files, each: 12.5 },
  },
  {
    name: 'slow-bare',
    says: saysFew,
    on: bare,
    make: files(few),
    peers: ['rclone copy', 'floor, 5'],
    once: ['cp -a', 'rsync -a'],
    goals: { 'rclone copy': 1.3, 'cp -a': 5 },
  },
  {
    name: 'slow-16',
    says: saysFew,
    on: server,
    ours: 'folder-copy -w 16',
    make: files(few),
    peers: ['rclone copy, 16', 'floor, 16'],
    goals: { 'rclone copy, 16': 1.2 },
  },
  {
    name: 'slow-bare-16',
    says: saysFew,
    on: bare,
    ours: 'folder-copy -w 16',
    make: files(few),
    peers: ['rclone copy, 16', 'floor, 16'],
    goals: { 'rclone copy, 16': 1.2 },
  },
  {
    name: 'slow-folders',
    says: '300 folders of one file',
    on: server,
    make: files(alone),
    peers: ['rclone copy', 'floor, 5'],
    once: ['cp -a'],
    goals: { 'rclone copy': 1 },
  },
  {
    name: 'slow-update',
    says: `${saysFew}, a finished copy brought up to date`,
    on: server,
    make: files(few),
    peers: ['rsync -a', 'rclone copy'],
    goals: { 'rsync -a': 4, 'rclone copy': 0.7 },
    update: true,
  },
  {
    name: 'slow-check',
    says: `${saysFew}, compared with a finished copy (\`--check\`, \`rsync -ani\`, \`rclone check --size-only\`)`,
    on: server,
    make: files(few),
    peers: ['rsync -a', 'rclone copy'],
    goals: { 'rsync -a': 4, 'rclone copy': 0.7 },
    check: true,
  },
  {
    name: 'slow-many',
    says: saysMany,
    on: server,
    make: files(many),
    peers: ['rclone copy'],
    once: ['floor, 5'],
    mostRounds: 3,
    goals: { 'rclone copy': 1.5 },
  },
  {
    name: 'slow-many-update',
    says: `${saysMany}, a finished copy brought up to date`,
    on: server,
    make: files(many),
    peers: ['rclone copy'],
    once: ['rsync -a'],
    goals: { 'rclone copy': 1 },
    update: true,
  },
  {
    name: 'slow-many-check',
    says: `${saysMany}, compared with a finished copy`,
    on: server,
    make: files(many),
    peers: ['rclone copy'],
    once: ['rsync -a'],
    goals: { 'rclone copy': 1 },
    check: true,
  },
  {
    name: 'slow-5-to-1',
    says: '2,000 files of up to 40 KB in 133 folders: 5 workers against 1',
    on: server,
    ours: 'folder-copy -w 5',
    make: files(more),
    peers: [],
    once: ['folder-copy -w 1'],
    goals: { 'folder-copy -w 1': 4.3 },
  },
  {
    name: 'slow-16-to-1',
    says: `${saysMany}: 16 workers against 1`,
    on: server,
    ours: 'folder-copy -w 16',
    make: files(many),
    peers: [],
    once: ['folder-copy -w 1', 'floor, 16'],
    goals: { 'folder-copy -w 1': 11 },
  },
  {
    name: 'slow-large',
    says: '4 files of 32 MiB',
    on: server,
    make: files(large),
    peers: ['rclone copy'],
    goals: { 'rclone copy': 2 },
  },
  // Whatever the pace, no fixed number of workers is to be better by more than a fifth.
  ...[200, 5000].map(
    (delayUs): Workload => ({
      name: `slow-${delayUs}us`,
      says: saysFew,
      on: { delayUs, withAttributes: true },
      make: files(few),
      peers: ['folder-copy -w 5'],
      once: ['folder-copy -w 1', 'rclone copy'],
      goals: { 'folder-copy -w 1': 0.8, 'folder-copy -w 5': 0.8 },
    }),
  ),
  {
    name: 'slow-later',
    says: '2,000 files of up to 40 KB in 133 folders, storage that becomes slow in the middle',
    on: { delayUs: 0, later: { fromCall: 10_000, delayUs: 2000 }, withAttributes: true },
    make: files(more),
    peers: ['folder-copy -w 5'],
    once: ['folder-copy -w 1', 'rclone copy'],
    goals: { 'folder-copy -w 1': 0.8, 'folder-copy -w 5': 0.8 },
  },
];

function files(shape: Shape): (folder: string) => string {
  return folder => writeFiles(join(folder, 'source'), shape);
}
