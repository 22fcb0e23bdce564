import { setTimeout as sleep } from 'node:timers/promises';
import { type BytePath, rawName, readable } from '../../files/byte-path.js';
import { RefusedError } from '../report/errors.js';
import { isAlive, isSameBoot, type ProcessIdentity, thisMachine } from './liveness.js';

/** Who has a destination, as the claim in it says. */
export interface Holder extends ProcessIdentity {
  readonly runId: string;
  readonly host: string;
  readonly boot: string;
  readonly pidNamespace: string;
  readonly isFleet?: boolean;
  readonly workers: readonly ProcessIdentity[];
}

export function parseHolder(text: string): Holder {
  const holder: unknown = JSON.parse(text);
  if (!isHolder(holder)) throw new SyntaxError('a claim has other fields');
  return holder;
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false;
  const { runId, host, boot, pid, pidNamespace, workers } = value as Partial<Record<keyof Holder, unknown>>;
  const texts = [runId, host, boot, pidNamespace];
  return texts.every(text => typeof text === 'string') && typeof pid === 'number' && Array.isArray(workers);
}

/**
 * Waits for the workers of a run that has died.
 * @param name of its claim in the root
 * @throws {RefusedError} where the run lives, or may live on another machine
 */
export async function refuseIfAlive(root: BytePath, holder: Holder, name: string): Promise<void> {
  const here = thisMachine();
  const path = readable(rawName(`${root}/${name}`));
  const isOfThisBoot = isSameBoot(holder.boot, here.boot);
  if (
    holder.host !== here.host ||
    isOfThisBoot === undefined ||
    (isOfThisBoot && holder.pidNamespace !== here.pidNamespace)
  ) {
    throw new RefusedError(
      `${readable(root)}: is in use by process ${holder.pid} on ${holder.host}, which cannot be seen from here; if it has ended, remove ${path}`,
      'EBUSY',
    );
  }
  if (!isOfThisBoot) return;
  if (isAlive(holder))
    throw new RefusedError(
      `${readable(root)}: another run is using it, process ${holder.pid}; wait until that ends`,
      'EBUSY',
    );
  // Its workers on other machines cannot be seen: by then they have stopped.
  if (holder.isFleet === true) await sleep(FLEET_ENDS_WITHIN_MS);
  const deadline = performance.now() + WORKERS_END_WITHIN_MS;
  for (const worker of holder.workers) {
    while (isAlive(worker)) {
      if (performance.now() > deadline) {
        throw new RefusedError(
          `${readable(root)}: a worker of a killed run is still using it, process ${worker.pid}; end that process, then run the same command again`,
          'EBUSY',
        );
      }
      await sleep(50);
    }
  }
}

const WORKERS_END_WITHIN_MS = 5000;
/** A member of a fleet works on for so long, at most, where nobody runs it any more. */
const FLEET_ENDS_WITHIN_MS = 30_000;
