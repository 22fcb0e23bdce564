import type { Measured } from './measure.js';
import { type Peer, us } from './peers.js';

/** One workload as a Markdown table: medians in seconds, and per round the peer's time divided by ours. */
export function markdownTable({ workload, seconds, differences }: Measured): string {
  const ours = seconds.get(us);
  const rows = [...seconds].map(([peer, times]) => [
    peer.name,
    median(times).toFixed(3),
    range(times, 3),
    ...ratios(peer, times, ours),
    sameness(differences.get(peer) ?? 0),
  ]);
  const table = [
    ['', 'seconds', 'min–max', 'times ours', 'min–max', 'output'],
    ['---', '---:', '---:', '---:', '---:', '---'],
    ...rows,
  ];
  const title = `### ${workload.name}: ${workload.says}, ${workload.on === 'memory' ? 'tmpfs' : 'disk'}`;
  return [title, '', ...table.map(cells => `| ${cells.join(' | ')} |`), ''].join('\n');
}

function ratios(peer: Peer, times: number[], ours: number[] | undefined): string[] {
  if (peer === us || ours === undefined) return ['', ''];
  const perRound = times.map((time, round) => time / (ours[round] ?? Number.NaN));
  return [median(perRound).toFixed(2), range(perRound, 2)];
}

export function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function range(numbers: number[], digits: number): string {
  return `${Math.min(...numbers).toFixed(digits)}–${Math.max(...numbers).toFixed(digits)}`;
}

function sameness(differences: number): string {
  return differences === 0 ? 'same' : `differs in ${differences}`;
}
