import { join } from 'node:path';
import { commandPath } from '../helpers/run-command.js';

export interface Peer {
  name: string;
  /** program and arguments that make `destination`, which does not exist yet, the same as `source` */
  command(source: string, destination: string): [program: string, ...args: string[]];
}

export const us: Peer = {
  name: 'folder-copy',
  command: (source, destination) => [process.execPath, commandPath, source, destination],
};

/** Each keeps what it keeps by itself; ratios are its time divided by ours. */
export const peers: Peer[] = [
  us,
  { name: 'cp -a', command: (source, destination) => ['cp', '-a', source, destination] },
  { name: 'rsync -a', command: (source, destination) => ['rsync', '-a', `${source}/`, `${destination}/`] },
  {
    name: 'plain Node loop',
    command: (source, destination) => [
      process.execPath,
      join(import.meta.dirname, 'plain-loop.js'),
      source,
      destination,
    ],
  },
];
