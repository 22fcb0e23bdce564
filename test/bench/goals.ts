import type { Measured } from './measure.js';
import { oursIn, type PeerName, us } from './peers.js';
import { median } from './statistics.js';

export interface Goal {
  /** whose row it stands in */
  row: PeerName;
  says: string;
  reached: number;
  met: boolean;
}

/** Each goal of the workload whose peers took part. */
export function goalsOf(measured: Measured): Goal[] {
  const { goals = {}, goalOverStartUp, mostCalls } = measured.workload;
  const ratios = Object.entries(goals).flatMap(([name, least]) => {
    const row = name as PeerName;
    const reached = median(timesOurs(measured, row));
    return Number.isNaN(reached) ? [] : [{ row, says: `≥ ${least}`, reached, met: reached >= least }];
  });
  if (mostCalls !== undefined) {
    const row = oursIn([...measured.seconds.keys()]);
    const reached = median(measured.calls.get(row) ?? []) / mostCalls.files;
    const says = `≤ ${mostCalls.each} calls a file`;
    if (!Number.isNaN(reached)) ratios.push({ row, says, reached, met: reached <= mostCalls.each });
  }
  if (goalOverStartUp === undefined || !measured.seconds.get('start-up')?.length) return ratios;
  const reached = median(beyondStartUp(measured));
  const says = `≤ ${goalOverStartUp} beyond start-up`;
  return [...ratios, { row: us, says, reached, met: reached <= goalOverStartUp }];
}

/** The peer's time divided by ours in the same round, for each round that it took part in. */
export function timesOurs({ seconds }: Measured, name: PeerName): number[] {
  const ours = seconds.get(oursIn([...seconds.keys()])) ?? [];
  return (seconds.get(name) ?? []).map((time, round) => time / (ours[round] ?? Number.NaN));
}

function beyondStartUp({ seconds }: Measured): number[] {
  const startUp = seconds.get('start-up') ?? [];
  return (seconds.get(us) ?? []).map((time, round) => time - (startUp[round] ?? Number.NaN));
}
