import { expect, onTestFinished, test } from 'vitest';
import { mountOrSkip } from '../helpers/file-systems.js';
import { randomNumbers } from '../helpers/random-numbers.js';
import { memory, scratchFolder } from '../helpers/scratch-folder.js';
import { KeepingPlace } from './keeping-place.js';

// A few moments of those that `soak/keeping-kills` has a hundred of.
const moments = 5;
const seed = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));

for (const where of ['beside the copy', 'on another file system']) {
  test(`killed in the middle of a run with --link-dest, --delete and --backup-dir ${where}, nothing is lost or torn`, async context => {
    const backups = where === 'beside the copy' ? undefined : mountOrSkip(context, { type: 'tmpfs' });
    const place = new KeepingPlace(scratchFolder(memory, onTestFinished), backups);
    const random = randomNumbers(seed);
    const wholeMs = await place.wholeRunMs(true);
    for (let number = 0; number < moments; number += 1) {
      const { problems } = await place.live(true, (0.2 + 0.7 * random()) * wholeMs);
      expect(problems.slice(0, 20), `moment ${number} of KILL_SEED=${seed}`).toEqual([]);
    }
  });
}
