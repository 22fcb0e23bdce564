import { join } from 'node:path';
import { fromRoot } from '../helpers/project-root.js';
import { commandPath } from '../helpers/run-command.js';
import type { Loss } from './compare.js';
import { compiled } from './compiled.js';
import { peerFile } from './peer-packages.js';

export type Command = [program: string, ...args: string[]];

export interface Peer {
  /** what makes `destination`, which does not exist yet, the same as `source` */
  command(source: string, destination: string): Command;
  /** what brings a finished copy up to date, if that is another command */
  update?(source: string, destination: string): Command;
  /** what makes a snapshot, with links to an earlier copy for what has not changed since */
  snapshot?(source: string, destination: string, earlier: string): Command;
  /** what compares the two, and writes nothing */
  check?(source: string, destination: string): Command;
  /** what its copies are known not to keep: told in the table, and no reason to fail */
  loses?: Loss[];
  /** it copies nothing of the workload, and stands there for its time alone */
  copiesNothing?: true;
  /** a program that not every machine has: without it the peer is left out, with a word */
  needs?: string;
}

const node = (script: string, ...args: string[]): Command => [process.execPath, script, ...args];
const here = (script: string): string => join(import.meta.dirname, script);
const pipe = 'mkdir "$2" && tar -C "$1" -c . | tar -C "$2" -xp';
const cpy = (source: string, destination: string): Command =>
  node(peerFile('cpy-cli/cli.js'), '.', destination, `--cwd=${source}`, '--dot');

export const us = 'folder-copy';

const ours = (...options: string[]): Peer => ({
  command: (from, to) => node(commandPath, ...options, from, to),
  update: (from, to) => node(commandPath, ...options, '--if-exists', 'update', from, to),
  snapshot: (from, to, earlier) => node(commandPath, ...options, '--link-dest', earlier, from, to),
  check: (from, to) => node(commandPath, ...options, '--check', from, to),
});
const rclone = (...options: string[]): Peer => ({
  command: (from, to) => ['rclone', 'copy', '--create-empty-src-dirs', ...options, from, to],
  check: (from, to) => ['rclone', 'check', '--size-only', ...options, from, to],
  loses: ['missing', 'hard links', 'modes', 'owners', 'times'],
  needs: 'rclone',
});

const floor = (...processes: string[]): Peer => ({
  command: (from, to) => [compiled('floor.c'), from, to, ...processes],
  needs: 'gcc',
});

/** Each keeps what it keeps by itself; ratios are its time divided by ours. */
export const peers = {
  'folder-copy': ours(),
  'folder-copy -w 1': ours('-w', '1'),
  'folder-copy -w 5': ours('-w', '5'),
  'folder-copy -w 16': ours('-w', '16'),
  floor: floor(),
  'floor, 5': floor('5'),
  'floor, 16': floor('16'),
  'cp -a': { command: (from, to) => ['cp', '-a', from, to], update: (from, to) => ['cp', '-auT', from, to] },
  'tar c | tar x': { command: (from, to) => ['sh', '-c', pipe, 'sh', from, to], loses: ['times to 1 s'] },
  'rsync -a': {
    command: (from, to) => ['rsync', '-a', `${from}/`, `${to}/`],
    snapshot: (from, to, earlier) => ['rsync', '-a', `--link-dest=${earlier}`, `${from}/`, `${to}/`],
    check: (from, to) => ['rsync', '-ani', `${from}/`, `${to}/`],
    loses: ['hard links'],
  },
  'rsync -aS': { command: (from, to) => ['rsync', '-aS', `${from}/`, `${to}/`], loses: ['hard links'] },
  'rclone copy': rclone(),
  'rclone copy, 16': rclone('--transfers', '16', '--checkers', '16'),
  'plain Node loop': {
    command: (from, to) => node(here('plain-loop.js'), from, to),
    loses: ['hard links', 'owners', 'times to 1 ms'],
  },
  'fs.cp': {
    command: (from, to) => node(here('fs-cp.js'), from, to),
    loses: ['hard links', 'owners', 'times'],
  },
  'fs-extra copy': {
    command: (from, to) => node(here('fs-extra-copy.js'), from, to),
    loses: ['hard links', 'owners', 'times'],
  },
  'cpy-cli': { command: cpy, loses: ['hard links', 'modes', 'owners', 'times'] },
  'origin (Python)': {
    command: (from, to) => ['python3', fromRoot('test/bench/origin.py'), from, to],
    loses: ['hard links', 'modes', 'owners', 'times'],
    needs: 'python3',
  },
  'node -e 0': { command: () => [process.execPath, '-e', '0'], copiesNothing: true },
  /** our own start and end, a handful of files between */
  'start-up': { command: (_, to) => node(commandPath, fromRoot('fixtures/album'), to), copiesNothing: true },
} satisfies Record<string, Peer>;

export type PeerName = keyof typeof peers;

/** Ours, with its options where a workload has it so: all others are held against the first of the names. */
export function oursIn([first = us]: readonly PeerName[]): PeerName {
  return first;
}

export function peerNamed(name: PeerName): Peer {
  return peers[name];
}
