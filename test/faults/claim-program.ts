import { createInterface } from 'node:readline';
import { Claim } from '../../src/copier/claim/claim.js';
import { RefusedError } from '../../src/copier/report/errors.js';
import { bytePath } from '../../src/files/byte-path.js';

// A rival for claims: a line `<time> <run id> <folder>` says when to take which one, an empty line to let go of it.
// It answers `won`, `refused` or what else went wrong.
let held: Claim | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const [, time, runId = '', root = ''] = /^(\d+) (\S+) (.+)$/.exec(line) ?? [];
  if (time === undefined) {
    held?.release();
    held = undefined;
    console.log('let go');
    continue;
  }
  while (Date.now() < Number(time)); // all at once, to the microsecond if the processors allow
  try {
    held = (await Claim.take(bytePath(root), { id: runId, fsync: false, isFleet: false })).claim;
    console.log('won');
  } catch (error) {
    console.log(error instanceof RefusedError ? 'refused' : `failed: ${String(error)}`);
  }
}
