import { execFileSync } from 'node:child_process';
import { rsyncDifferences } from '../helpers/rsync-differences.js';
import { compiled, isInstalled } from './compiled.js';

/** From the worst on: `times to 1 s` are less than a second apart, and so on; Node alone keeps them to 1 us. */
const timeSteps = ['times', 'times to 1 s', 'times to 1 ms', 'times to 1 us'] as const;

export type Loss = 'missing' | 'hard links' | 'holes' | 'modes' | 'owners' | (typeof timeSteps)[number];
export type Difference = Loss | 'extra' | 'kind' | 'content' | 'target';

/** How many entries of the copy differ, by what. */
export type Differences = Map<Difference, number>;

/** Contents included. By `compare.c`, quick enough for every copy of every round; by rsync where there is no gcc. */
export function differences(source: string, copy: string): Differences {
  if (!isInstalled('gcc')) return rsyncOpinion(source, copy);
  const output = execFileSync(compiled('compare.c'), [source, copy], { encoding: 'latin1' });
  const lines = output.split('\n').filter(Boolean);
  return new Map(
    lines.map(line => {
      const [kind = '', count] = line.split('\t');
      return [kind as Difference, Number(count)];
    }),
  );
}

/** What rsync would still change; it tells times by the second only, and sees no holes. */
export function rsyncOpinion(source: string, copy: string): Differences {
  const found: Differences = new Map();
  for (const line of rsyncDifferences(source, copy, { checksum: true, times: 'us' })) {
    const kind = kindOf(line);
    found.set(kind, (found.get(kind) ?? 0) + 1);
  }
  return found;
}

/** The columns of `--itemize-changes`: `YXcstpoguax`. */
function kindOf(line: string): Difference {
  if (line.startsWith('*deleting')) return 'extra';
  const [update, , content, size, time, mode, owner, group] = line;
  if (update === 'h') return 'hard links';
  if (content === '+') return 'missing';
  if (content === 'c' || size === 's') return 'content';
  if (time === 't' || time === 'T') return 'times';
  if (mode === 'p') return 'modes';
  return owner === 'o' || group === 'g' ? 'owners' : 'content';
}

/** Whether a difference is nothing but what a copier is known to lose; who loses seconds loses what is finer too. */
export function isLoss(difference: Difference, losses: readonly Loss[]): boolean {
  const known = [...losses, 'times to 1 us'];
  return known.some(loss => loss === difference || isFiner(difference, loss));
}

/** The worst step of the times, and all else. */
export function worst(found: Iterable<Difference>): Difference[] {
  const kinds = [...found];
  return kinds.filter(kind => !kinds.some(other => isFiner(kind, other)));
}

function isFiner(difference: Difference, than: string): boolean {
  const steps: readonly string[] = timeSteps;
  return steps.includes(than) && steps.indexOf(difference) > steps.indexOf(than);
}
