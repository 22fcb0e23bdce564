/**
 * Tells a run from all others, of other machines too. No secret, so that it does without `node:crypto`, which takes a
 * twentieth of a short run to load.
 */
export function newRunId(): string {
  return randomHalf() + randomHalf();
}

function randomHalf(): string {
  return Math.floor(Math.random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}
