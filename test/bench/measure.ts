import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { rsyncDifferences } from '../helpers/rsync-differences.js';
import { commandEnvironment } from '../helpers/run-command.js';
import type { Peer } from './peers.js';
import { place } from './place.js';
import type { Workload } from './workloads.js';

export interface Measured {
  workload: Workload;
  /** seconds, one for each round */
  seconds: Map<Peer, number[]>;
  /** what rsync would still change in a copy, most of all rounds; 0: the same, contents included */
  differences: Map<Peer, number>;
}

/** All peers in turn within each round, each round beginning with another one, each run into a fresh destination. */
export async function measure(workload: Workload, peers: Peer[], rounds: number): Promise<Measured> {
  const where = place(workload.on);
  const measured: Measured = {
    workload,
    seconds: new Map(peers.map(peer => [peer, []])),
    differences: new Map(peers.map(peer => [peer, 0])),
  };
  try {
    const source = workload.make(where.fresh());
    // The first round does not count: it finds the source on the disk, and memory that the machine has yet to hand out.
    for (let round = -1; round < rounds; round++) {
      const copies: [Peer, string][] = [];
      for (const peer of rotated(peers, Math.max(round, 0))) {
        const destination = join(where.fresh(), 'copy');
        const seconds = await timed(peer, source, destination);
        if (round >= 0) measured.seconds.get(peer)?.push(seconds);
        copies.push([peer, destination]);
      }
      for (const [peer, destination] of copies) {
        const found = rsyncDifferences(source, destination, { checksum: true, times: 'us' }).length;
        measured.differences.set(peer, Math.max(found, measured.differences.get(peer) ?? 0));
      }
      where.endRound();
    }
  } finally {
    where.clear();
  }
  return measured;
}

function rotated<T>(list: T[], by: number): T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

/** Seconds from the start of the process to its end. */
function timed(peer: Peer, source: string, destination: string): Promise<number> {
  const [program, ...args] = peer.command(source, destination);
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: commandEnvironment() });
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    child.once('error', reject);
    child.once('exit', status => {
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      if (status === 0) resolve(seconds);
      else reject(new Error(`${peer.name} ended with ${status}: ${complaints.slice(0, 1000)}`));
    });
  });
}
