import { dirname, join } from 'node:path';
import { type Differences, differences } from './compare.js';
import { type Shape, writeFiles } from './generate.js';
import { peers } from './peers.js';
import { type Place, place } from './place.js';
import { median, range } from './statistics.js';
import { markdownTable } from './table.js';
import { timed } from './timed.js';

const MiB = 1024 * 1024;

/**
 * Ours alone, from little work to much: the cost of one unit should not grow with their number. It is held against the
 * least of the copies before, since the first one's is mostly start-up and would hide any growth.
 */
export async function growth(rounds: number): Promise<string> {
  const perFile = await costs(rounds, [10_000, 100_000, 1_000_000], {
    says: files => `${files.toLocaleString('en')} empty files`,
    shape: files => ({ files, folders: files / 100, smallest: 0, largest: 0 }),
    most: 1.3,
  });
  const perMiB = await costs(rounds, [1, 100, 4096], {
    says: mebibytes => `1 file of ${mebibytes.toLocaleString('en')} MiB`,
    shape: mebibytes => ({ files: 1, folders: 1, smallest: mebibytes * MiB, largest: mebibytes * MiB }),
    most: 1,
  });
  const header = ['', 'seconds', 'min–max', 'µs a file or MiB', 'times the least before', 'goal', 'output'];
  return `### growth: ours alone, tmpfs\n\n${markdownTable(header, [...perFile, ...perMiB])}\n`;
}

interface Series {
  says(units: number): string;
  shape(units: number): Shape;
  /** what a unit may cost at most, as a multiple of the least that it cost in a smaller copy */
  most: number;
}

async function costs(rounds: number, sizes: number[], series: Series): Promise<string[][]> {
  const rows: string[][] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const units of sizes) {
    const { seconds, found } = await copies(rounds, series.shape(units));
    const cost = (median(seconds) / units) * 1e6;
    rows.push([
      series.says(units),
      median(seconds).toFixed(3),
      range(seconds, 3),
      cost.toFixed(1),
      rows.length === 0 ? '' : (cost / least).toFixed(2),
      rows.length === 0 ? '' : `≤ ${series.most}: ${cost <= series.most * least ? 'met' : 'missed'}`,
      found.size === 0 ? 'same' : [...found].map(([kind, count]) => `${kind} ${count}`).join(', '),
    ]);
    least = Math.min(least, cost);
  }
  return rows;
}

async function copies(rounds: number, shape: Shape): Promise<{ seconds: number[]; found: Differences }> {
  const where = place('memory');
  if (!where) throw new Error('no memory to copy in');
  try {
    const source = writeFiles(join(where.fresh(), 'source'), shape);
    await copy(where, source); // not counted: the machine has yet to hand out its memory
    const seconds: number[] = [];
    const found: Differences = new Map();
    for (let round = 0; round < rounds; round++) {
      const done = await copy(where, source);
      seconds.push(done.seconds);
      for (const [kind, count] of done.found) found.set(kind, count);
    }
    return { seconds, found };
  } finally {
    where.clear();
  }
}

async function copy(where: Place, source: string): Promise<{ seconds: number; found: Differences }> {
  const destination = join(where.fresh(), 'copy');
  const seconds = await timed(peers['folder-copy'].command(source, destination));
  const found = differences(source, destination);
  where.leave(dirname(destination));
  return { seconds, found };
}
