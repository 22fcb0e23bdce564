import { existsSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import { randomNumbers } from '../helpers/random-numbers.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { KillPlace } from './kill-place.js';
import { drawMoments, type Phase, phases } from './moment.js';

/** Lives through so many kills, a sixth of them at least in each phase; `KILL_SEED`, printed on failure, draws them again. */
export async function liveThroughKills(count: number): Promise<void> {
  const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const place = new KillPlace(scratchFolder(existsSync('/dev/shm') ? '/dev/shm' : undefined, onTestFinished));
  const reached = new Map<Phase | undefined, number>();
  let longestMs = 0;
  const random = randomNumbers(seed);
  const moments = drawMoments(count, random);
  for (const [number, moment] of moments.entries()) {
    const outcome = await place.live(moment);
    reached.set(outcome.reached, (reached.get(outcome.reached) ?? 0) + 1);
    longestMs = Math.max(longestMs, outcome.goneAfterMs);
    const where = `moment ${number} of KILL_SEED=${seed}: ${JSON.stringify(moment)}`;
    expect(outcome.problems.slice(0, 20), where).toEqual([]);
    // On a busy machine a phase may have ended by then: once more, at another time.
    if (outcome.reached !== moment.phase && moments.length < 2 * count)
      moments.push({ ...moment, at: random() });
  }
  for (const phase of phases) {
    expect(reached.get(phase) ?? 0, `kills in ${phase}, KILL_SEED=${seed}`).toBeGreaterThanOrEqual(count / 6);
  }
  expect(place.sourceDifferences()).toEqual([]);
  console.info(`killed in ${JSON.stringify([...reached])}; gone after ${Math.round(longestMs)} ms at most`);
}
