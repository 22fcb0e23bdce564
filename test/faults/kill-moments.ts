import { expect, onTestFinished } from 'vitest';
import { randomNumbers } from '../helpers/random-numbers.js';
import { memory, scratchFolder } from '../helpers/scratch-folder.js';
import { KillPlace, type KillTrees } from './kill-place.js';
import { drawMoments, type Phase } from './moment.js';

export interface Kills extends KillTrees {
  count: number;
  /** each gets its share of them; a tracer slows down all but `copying`, so that they can be hit */
  phases: readonly Phase[];
}

/** Lives through so many kills; `KILL_SEED`, printed on failure, draws them again. */
export async function liveThroughKills({ count, phases, ...trees }: Kills): Promise<void> {
  const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const place = new KillPlace(scratchFolder(memory, onTestFinished), trees);
  const reached = new Map<Phase | undefined, number>();
  let longestMs = 0;
  const random = randomNumbers(seed);
  const moments = drawMoments(count, random, phases);
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
    expect(reached.get(phase) ?? 0, `kills in ${phase}, KILL_SEED=${seed}`).toBeGreaterThanOrEqual(
      count / (phases.length + 2),
    );
  }
  expect(place.sourceDifferences()).toEqual([]);
  console.info(`killed in ${JSON.stringify([...reached])}; gone after ${Math.round(longestMs)} ms at most`);
}
