// A promise that is already resolved continues before the event loop turns: a task that only awaits such
// promises would read no message, no signal and no end of its parent. So now and then one resolves a turn later.

/** A loop that has not turned for so long turns at the next put or get. */
const TURN_AFTER_MS = 2;

let lastTurn = performance.now();

/** Calls `then`, now or, if the event loop has not turned for a while, after it has. */
export function withTurns(then: () => void): void {
  if (performance.now() - lastTurn < TURN_AFTER_MS) then();
  else {
    setImmediate(() => {
      lastTurn = performance.now();
      then();
    });
  }
}
