import { type Difference, type Differences, isLoss, worst } from './compare.js';
import { type Goal, goalsOf, timesOurs } from './goals.js';
import type { Measured } from './measure.js';
import { oursIn, type PeerName, peerNamed } from './peers.js';
import type { On } from './place.js';
import { median, range } from './statistics.js';

const placeWords = { memory: 'tmpfs', disk: 'disk', btrfs: 'btrfs' };

function placeInWords(on: On): string {
  if (typeof on === 'string') return placeWords[on];
  const { delayUs, later, withAttributes } = on;
  const pace = later === undefined ? '' : `, ${later.delayUs / 1000} ms from call ${later.fromCall} on`;
  return `${delayUs / 1000} ms a call${pace}, ${withAttributes ? 'with' : 'without'} attributes in a listing`;
}

/** One workload: medians in seconds, and per round the peer's time divided by ours. */
export function workloadTable(measured: Measured): string {
  const { workload, seconds, differences } = measured;
  const goals = goalsOf(measured);
  const rows = [...seconds].map(([name, times]) => [
    name,
    median(times).toFixed(3),
    range(times, 3),
    ...(name === oursIn([...seconds.keys()]) ? ['', ''] : ratioCells(timesOurs(measured, name))),
    goals
      .filter(goal => goal.row === name)
      .map(goalWords)
      .join(', '),
    [outputWords(name, differences.get(name)), callWords(measured.calls.get(name))]
      .filter(Boolean)
      .join('; '),
  ]);
  const title = `### ${workload.name}: ${workload.says}, ${placeInWords(workload.on)}`;
  const header = ['', 'seconds', 'min–max', 'times ours', 'min–max', 'goal', 'output'];
  return `${title}\n\n${markdownTable(header, rows)}\n`;
}

/** The first column and the last two hold words, the others figures. */
export function markdownTable(header: string[], rows: string[][], words = [0, 5, 6]): string {
  const rule = header.map((_, column) => (words.includes(column) ? '---' : '---:'));
  return [header, rule, ...rows].map(cells => `| ${cells.map(escaped).join(' | ')} |`).join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}

/** All goals, one beside the other. */
export function goalTable(goals: (readonly [workload: string, Goal])[]): string {
  const rows = goals.map(([workload, { row, says, reached, met }]) => [
    workload,
    row,
    says,
    reached.toFixed(2),
    met ? 'met' : '**missed**',
  ]);
  return markdownTable(['', '', 'goal', 'reached', ''], rows, [0, 1, 2, 4]);
}

function goalWords({ says, reached, met }: Goal): string {
  return `${says}: ${met ? 'met' : 'missed'}, ${reached.toFixed(2)}`;
}

function ratioCells(ratios: number[]): string[] {
  return [median(ratios).toFixed(2), range(ratios, 2)];
}

function callWords(calls: number[] = []): string {
  return calls.length > 0 ? `${median(calls)} calls` : '';
}

function outputWords(name: PeerName, found: Differences | undefined): string {
  if (!found) return '';
  const wrong = unexpected(name, found).map(([kind, count]) => `${kind} ${count}`);
  if (wrong.length > 0) return `**differs: ${wrong.join(', ')}**`;
  return found.size === 0 ? 'same' : `same, but for ${worst(found.keys()).join(', ')}`;
}

/** What the peer is not known to lose. */
export function unexpected(name: PeerName, found: Differences): [Difference, number][] {
  const losses = peerNamed(name).loses ?? [];
  return [...found].filter(([kind]) => !isLoss(kind, losses));
}
