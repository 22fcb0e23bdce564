import { execFileSync } from 'node:child_process';
import { rsyncDifferences } from '../helpers/rsync-differences.js';
import { compiled, isInstalled } from './compiled.js';

/** `times to 1 s` are the same to the second, not to the millisecond, and so on; to 1 us is as good as Node alone can. */
export type Difference = Loss | 'extra' | 'kind' | 'content' | 'target' | 'times to 1 us';
export type Loss =
  | 'missing'
  | 'hard links'
  | 'holes'
  | 'modes'
  | 'owners'
  | 'times'
  | 'times to 1 s'
  | 'times to 1 ms';

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
