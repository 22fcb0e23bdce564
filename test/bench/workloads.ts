import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot } from '../helpers/project-root.js';
import { changeEvery, type Shape, writeFiles, writeNestedFolders, writeSparseFile } from './generate.js';
import type { PeerName } from './peers.js';
import type { On } from './place.js';
import { copyTree, gatherRealTree } from './real-tree.js';
import { slowWorkloads } from './slow/slow-workloads.js';

export interface Workload {
  name: string;
  /** for the table */
  says: string;
  /** where it is copied from and to */
  on: On;
  /** makes the source below an empty folder and returns it; a real tree is copied there, so that both ends share a disk */
  make(folder: string): string;
  /** ours, where it is not the command without options */
  ours?: PeerName;
  /** who takes part beside ours */
  peers: PeerName[];
  /** those who take many seconds, and are without a goal or beyond it many times over: they take part in the first round only */
  once?: PeerName[];
  /** fewer rounds than others, as each takes long */
  mostRounds?: number;
  /** what the peer's time divided by ours should be at least */
  goals?: Partial<Record<PeerName, number>>;
  /** what ours should take at most, in seconds beyond the peer `start-up` */
  goalOverStartUp?: number;
  /** calls that ours may make on storage that counts them */
  mostCalls?: { files: number; each: number };
  /** everyone brings a finished copy of their own up to date */
  update?: true;
  /** everyone makes a snapshot beside an earlier copy of their own, after this change of the source */
  snapshot?(source: string): void;
  /** everyone compares a finished copy of their own with the source */
  check?: true;
}

const KiB = 1024;
const MiB = 1024 * KiB;

export const small: Shape = { files: 50_000, folders: 500, smallest: 1, largest: 8 * KiB };
const mixed: Shape = { files: 2000, folders: 40, smallest: KiB, largest: 8 * MiB, total: 1024 * MiB };
const large: Shape = { files: 4, folders: 1, smallest: 256 * MiB, largest: 256 * MiB };
const oneBig: Shape = { files: 1, folders: 1, smallest: 1024 * MiB, largest: 1024 * MiB };
const empty: Shape = { files: 200_000, folders: 2000, smallest: 0, largest: 0 };
const tiny: Shape = { files: 10, folders: 2, smallest: 1, largest: 8 * KiB };

/** What runs without further words: all that a goal is set for. */
export const defaultWorkloads: Workload[] = [
  {
    name: 'small',
    says: '50,000 files of 1 B to 8 KiB in 500 folders',
    on: 'memory',
    make: files(small),
    peers: ['floor', 'tar c | tar x', 'cp -a', 'rsync -a', 'plain Node loop', 'cpy-cli'],
    once: ['rclone copy', 'fs-extra copy', 'fs.cp'],
    goals: { 'cp -a': 1.3, 'tar c | tar x': 1, 'rsync -a': 2.2, 'fs-extra copy': 8, 'cpy-cli': 20 },
  },
  {
    name: 'small-disk',
    says: 'the same',
    on: 'disk',
    make: files(small),
    peers: ['floor', 'tar c | tar x', 'cp -a', 'rsync -a', 'plain Node loop'],
    goals: { 'cp -a': 1.4, 'rsync -a': 2 },
  },
  {
    name: 'real',
    says: 'some 30,000 files of npm packages, documentation with links, headers',
    on: 'disk',
    make: gatherRealTree,
    peers: ['floor', 'cp -a', 'rsync -a', 'plain Node loop'],
    once: ['fs-extra copy'],
    goals: { 'cp -a': 1.3, 'rsync -a': 2.2 },
  },
  {
    name: 'mixed',
    says: '2,000 files of 1 KiB to 8 MiB, 1 GiB',
    on: 'memory',
    make: files(mixed),
    peers: ['floor', 'cp -a', 'rsync -a', 'plain Node loop'],
    once: ['rclone copy', 'origin (Python)'],
    goals: { 'cp -a': 1, 'rsync -a': 4 },
  },
  {
    name: 'large',
    says: '4 files of 256 MiB',
    on: 'memory',
    make: files(large),
    peers: ['floor', 'cp -a', 'rsync -a', 'plain Node loop', 'fs-extra copy'],
    once: ['origin (Python)'],
    goals: { 'cp -a': 1, 'rsync -a': 3 },
  },
  {
    name: 'onebig',
    says: '1 file of 1 GiB',
    on: 'memory',
    make: files(oneBig),
    peers: ['floor', 'cp -a', 'plain Node loop', 'fs.cp', 'fs-extra copy', 'cpy-cli'],
    goals: { 'cp -a': 0.9, 'plain Node loop': 1, 'fs.cp': 1, 'fs-extra copy': 1, 'cpy-cli': 1 },
  },
  {
    name: 'deepwide',
    says: '100,000 nested folders with one file each',
    on: 'memory',
    make: folder => writeNestedFolders(join(folder, 'deepwide'), 100_000),
    peers: ['floor', 'tar c | tar x', 'cp -a'],
    once: ['rsync -a'],
    goals: { 'cp -a': 2, 'tar c | tar x': 1 },
  },
  {
    name: 'empty200k',
    says: '200,000 empty files in 2,000 folders',
    on: 'memory',
    make: files(empty),
    peers: ['floor', 'tar c | tar x', 'cp -a'],
    once: ['rsync -a', 'rclone copy'],
    goals: { 'cp -a': 2.2, 'tar c | tar x': 0.9 },
  },
  {
    name: 'resume',
    says: '`small` again onto its finished copy (ours `--if-exists update`, `cp -auT`, the others as ever)',
    on: 'memory',
    make: files(small),
    peers: ['cp -a', 'rsync -a', 'rclone copy'],
    goals: { 'rsync -a': 0.8 },
    update: true,
  },
  {
    name: 'snapshot',
    says: 'a snapshot of `small` with `--link-dest`, nothing changed',
    on: 'disk',
    make: files(small),
    peers: ['rsync -a'],
    goals: { 'rsync -a': 1.2 },
    snapshot: () => {},
  },
  {
    name: 'snapshot-1%',
    says: 'the same, 1 % of the files changed',
    on: 'disk',
    make: files(small),
    peers: ['rsync -a'],
    goals: { 'rsync -a': 1.2 },
    snapshot: source => changeEvery(source, 100),
  },
  {
    name: 'sparse',
    says: '1 file of 4 GiB, 20 MiB of it data',
    on: 'memory',
    make: folder => writeSparseFile(join(folder, 'sparse'), { size: 4096 * MiB, pieces: 20, piece: MiB }),
    peers: ['cp -a', 'rsync -aS', 'start-up'],
    goals: { 'rsync -aS': 15 },
    goalOverStartUp: 0.03,
  },
  {
    name: 'reflink',
    says: '4 files of 256 MiB that can be cloned',
    on: 'btrfs',
    make: files(large),
    peers: ['cp -a', 'rsync -a', 'fs.cp', 'start-up'],
    goals: { 'rsync -a': 12 },
    goalOverStartUp: 0.03,
  },
  {
    name: 'tiny',
    says: '10 files of 1 B to 8 KiB',
    on: 'memory',
    make: files(tiny),
    peers: ['node -e 0', 'cp -a', 'rsync -a', 'plain Node loop', 'fs-extra copy', 'cpy-cli'],
    goals: { 'cpy-cli': 1.4, 'node -e 0': 0.4 }, // ours below 2.5 bare starts
  },
];

/** By name only: single trees as they stand on this machine, and the generated ones on the disk. */
const furtherWorkloads: Workload[] = [
  realTree('node_modules', "this project's node_modules", fromRoot('node_modules')),
  realTree('headers', '/usr/include', '/usr/include'),
  realTree('docs', '/usr/share/doc', '/usr/share/doc'),
  onDisk('mixed'),
  onDisk('large'),
  onDisk('onebig'),
  onDisk('tiny'),
].flat();

/** Enough to see that the benchmark works. */
export const quickWorkloads = ['tiny', 'node_modules'];

export const allWorkloads = [...defaultWorkloads, ...furtherWorkloads, ...slowWorkloads];

function files(shape: Shape): (folder: string) => string {
  return folder => writeFiles(join(folder, 'source'), shape);
}

function onDisk(name: string): Workload[] {
  const same = defaultWorkloads.filter(workload => workload.name === name);
  return same.map(({ goals: _, ...workload }) => ({ ...workload, name: `${name}-disk`, on: 'disk' }));
}

function realTree(name: string, says: string, tree: string): Workload[] {
  if (!existsSync(tree)) return [];
  const peers: PeerName[] = ['floor', 'cp -a', 'rsync -a', 'plain Node loop'];
  return [{ name, says, on: 'disk', make: folder => copyTree(tree, join(folder, name)), peers }];
}
