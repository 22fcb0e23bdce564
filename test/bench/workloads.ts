import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot } from '../helpers/project-root.js';
import { writeFiles } from './generate.js';

export interface Workload {
  name: string;
  /** for the table */
  says: string;
  /** where it is copied from and to */
  on: 'memory' | 'disk';
  /** makes the source below an empty folder and returns it; a real tree is copied there, so that both ends share a disk */
  make(folder: string): string;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** Every workload by its name; generated ones also as `<name>-disk`. */
export function allWorkloads(): Workload[] {
  return [
    ...generated,
    ...generated.map(onDisk),
    ...real.filter(workload => existsSync(workload.tree)).map(realWorkload),
  ];
}

export const defaultWorkloads = [
  'small',
  'mixed',
  'large',
  'onebig',
  'tiny',
  'node_modules',
  'headers',
  'docs',
];

/** Enough to see that the benchmark works. */
export const quickWorkloads = ['tiny', 'headers'];

const generated: Workload[] = [
  ours('small', '50,000 files of 1 B to 8 KiB in 500 folders', {
    files: 50_000,
    folders: 500,
    smallest: 1,
    largest: 8 * KiB,
  }),
  ours('mixed', '2,000 files of 1 KiB to 8 MiB, 1 GiB', {
    files: 2000,
    folders: 40,
    smallest: KiB,
    largest: 8 * MiB,
    total: 1024 * MiB,
  }),
  ours('large', '4 files of 256 MiB', { files: 4, folders: 1, smallest: 256 * MiB, largest: 256 * MiB }),
  ours('onebig', '1 file of 1 GiB', { files: 1, folders: 1, smallest: 1024 * MiB, largest: 1024 * MiB }),
  ours('tiny', '10 files of 1 B to 8 KiB', { files: 10, folders: 2, smallest: 1, largest: 8 * KiB }),
];

const real = [
  { name: 'node_modules', says: "this project's node_modules", tree: fromRoot('node_modules') },
  { name: 'headers', says: '/usr/include', tree: '/usr/include' },
  { name: 'docs', says: '/usr/share/doc', tree: '/usr/share/doc' },
];

function ours(name: string, says: string, shape: Parameters<typeof writeFiles>[1]): Workload {
  return {
    name,
    says,
    on: 'memory',
    make(folder) {
      const source = join(folder, name);
      writeFiles(source, shape);
      return source;
    },
  };
}

function onDisk(workload: Workload): Workload {
  return { ...workload, name: `${workload.name}-disk`, on: 'disk' };
}

function realWorkload({ name, says, tree }: (typeof real)[number]): Workload {
  return {
    name,
    says,
    on: 'disk',
    make(folder) {
      const source = join(folder, name);
      execFileSync('cp', ['-a', tree, source]);
      return source;
    },
  };
}
