import { expect, onTestFinished, test } from 'vitest';
import { KeepingPlace } from '../faults/keeping-place.js';
import { randomNumbers } from '../helpers/random-numbers.js';
import { memory, scratchFolder } from '../helpers/scratch-folder.js';

const moments = 100;

test(`after a kill -9 at any of ${moments} moments of a run with --link-dest, --backup-dir and --delete nothing is lost or torn, and the next run completes it`, {
  timeout: 3_600_000,
}, async () => {
  const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const place = new KeepingPlace(scratchFolder(memory, onTestFinished));
  const random = randomNumbers(seed);
  const wholeMs = { stands: await place.wholeRunMs(true), isNew: await place.wholeRunMs(false) };
  let killed = 0;
  // A run that had ended by then was no moment of it.
  for (let number = 0; killed < moments && number < 4 * moments; number += 1) {
    const stands = number % 3 !== 2;
    const afterMs = random() * (stands ? wholeMs.stands : wholeMs.isNew);
    const { wasKilled, problems } = await place.live(stands, afterMs);
    const where = `moment ${number} of KILL_SEED=${seed}, ${stands ? 'existing' : 'new'}, after ${Math.round(afterMs)} ms`;
    expect(problems.slice(0, 20), where).toEqual([]);
    if (wasKilled) killed += 1;
  }
  expect(killed, `KILL_SEED=${seed}`).toBe(moments);
});
