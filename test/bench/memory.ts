import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processesOf } from '../helpers/processes.js';
import { writeFiles } from './generate.js';
import { type Command, peers } from './peers.js';
import { place } from './place.js';
import { median, range } from './statistics.js';
import { markdownTable } from './table.js';
import { timed } from './timed.js';
import { small } from './workloads.js';

const SAMPLE_MS = 20;
const MOST_MIB = 200;

/** The most memory that all processes of one copy have together: a page that several share counts once. */
export async function memory(rounds: number): Promise<string> {
  const where = place('memory');
  if (!where) throw new Error('no memory to copy in');
  const ours: number[] = [];
  const bare: number[] = [];
  try {
    const source = writeFiles(join(where.fresh(), 'source'), small);
    for (let round = 0; round < rounds; round++) {
      const destination = join(where.fresh(), 'copy');
      ours.push(await peakMiB(peers['folder-copy'].command(source, destination)));
      bare.push(await peakMiB(['sh', '-c', sixBareProcesses, process.execPath]));
      where.leave(dirname(destination));
    }
  } finally {
    where.clear();
  }
  const goal = `≤ ${MOST_MIB}: ${median(ours) <= MOST_MIB ? 'met' : 'missed'}`;
  const header = ['', 'MiB', 'min–max', 'goal'];
  const rows = [
    ['folder-copy, `small`', median(ours).toFixed(0), range(ours, 0), goal],
    ['six bare `node`', median(bare).toFixed(0), range(bare, 0), ''],
  ];
  const title = '### memory: peak of the proportional set size of all processes together';
  return `${title}\n\n${markdownTable(header, rows, [0, 3])}\n`;
}

const sixBareProcesses = 'for n in 1 2 3 4 5 6; do "$0" -e "setTimeout(() => {}, 1000)" & done; wait';

async function peakMiB(command: Command): Promise<number> {
  let peak = 0;
  let ended = false;
  let sampling: Promise<void> | undefined;
  const sample = async (pid: number): Promise<void> => {
    while (!ended) {
      const bytes = processesOf(pid).reduce((sum, member) => sum + proportionalKiB(member), 0);
      peak = Math.max(peak, bytes / 1024);
      await delay(SAMPLE_MS);
    }
  };
  await timed(command, child => (sampling = sample(child.pid ?? 0))).finally(() => (ended = true));
  await sampling;
  return peak;
}

function proportionalKiB(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0; // it has ended meanwhile
  }
}
