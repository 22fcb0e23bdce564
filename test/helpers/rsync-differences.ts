import { execFileSync } from 'node:child_process';

export interface RsyncComparison {
  /** compare contents too, not only size and time */
  checksum?: boolean;
  /** `'us'` has to stay with whole seconds: rsync knows these and nanoseconds */
  times?: 'ns' | 'us';
  xattrs?: boolean;
  acls?: boolean;
}

/** What a second opinion would still change to make `actual` the same as `expected`: rsync's lines, best none. */
export function rsyncDifferences(
  expected: string,
  actual: string,
  comparison: RsyncComparison = {},
): string[] {
  const options = ['-aHn', '--delete', '--itemize-changes', '--numeric-ids'];
  if (comparison.checksum) options.push('--checksum');
  if ((comparison.times ?? 'ns') === 'ns') options.push('--modify-window=-1');
  if (comparison.xattrs) options.push('-X');
  if (comparison.acls) options.push('-A');
  const output = execFileSync('rsync', [...options, '--', `${expected}/`, `${actual}/`], {
    encoding: 'latin1',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 2 ** 30,
  });
  return output.split('\n').filter(Boolean);
}
