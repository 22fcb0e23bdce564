import { afterAll, beforeAll, expect, test } from 'vitest';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { drawMoments, KillPlace, type Phase, phases, randomFrom } from './kill-harness.js';

// `KILL_SEED`, printed on failure, draws the same moments again.
const moments = Number(process.env.KILL_MOMENTS ?? 60);
const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));
const leastInEachPhase = Math.floor(moments / 6);
const cleanups: (() => void)[] = [];
let place: KillPlace;

beforeAll(() => {
  place = new KillPlace(scratchFolder(undefined, cleanup => cleanups.push(cleanup)));
});

afterAll(() => {
  for (const cleanup of cleanups) cleanup();
});

test(`after a kill at any of ${moments} moments nothing is torn, and the next run completes the copy`, {
  timeout: 3_600_000,
}, async () => {
  const reached = new Map<Phase | undefined, number>();
  let longestMs = 0;
  for (const [number, moment] of drawMoments(moments, randomFrom(seed)).entries()) {
    const outcome = await place.live(moment);
    reached.set(outcome.reached, (reached.get(outcome.reached) ?? 0) + 1);
    longestMs = Math.max(longestMs, outcome.goneAfterMs);
    expect(
      outcome.problems.slice(0, 20),
      `moment ${number} of KILL_SEED=${seed}: ${JSON.stringify(moment)}`,
    ).toEqual([]);
  }
  for (const phase of phases) {
    expect(reached.get(phase) ?? 0, `kills in ${phase}, KILL_SEED=${seed}`).toBeGreaterThanOrEqual(
      leastInEachPhase,
    );
  }
  expect(place.sourceDifferences()).toEqual([]);
  console.info(`killed in ${JSON.stringify([...reached])}; gone after ${Math.round(longestMs)} ms at most`);
});
