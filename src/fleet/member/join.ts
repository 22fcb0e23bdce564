import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { RefusedError } from '../../copier/report/errors.js';
import type { FleetAddress } from '../../copier/request/fleet-address.js';
import type { BytePath } from '../../files/byte-path.js';
import { openLink, type RedisLink } from '../redis/link.js';
import { ENDED, isId, keysOf, RUNS_KEY } from '../wire/keys.js';
import { type Offer, offerOf } from '../wire/offer.js';
import { parse, ShapeError } from '../wire/shape.js';
import { LAST_STEPS_MS } from '../wire/times.js';
import { apply, refuseOthers, tell } from './admission.js';
import { type MembershipEnd, work } from './membership.js';
import { type ProvenPlaces, provePlaces, realRoots, refuseWithoutHandles } from './places.js';

export interface JoinOptions {
  readonly address: FleetAddress;
  /** The folders in which this machine may be made to read and write. */
  readonly roots: readonly BytePath[];
  readonly workers: number;
  /** Bytes a second that these may copy together. */
  readonly bwlimit: number | undefined;
  /** Aborted where this process is to leave: it finishes what it has. */
  readonly signal: AbortSignal;
  /** Takes a line for whoever looks after this machine. */
  readonly say: (line: string) => void;
  /** Is told of each finished entry; undefined: nobody wants to know. */
  readonly onEntry: ((how: string, path: string) => void) | undefined;
}

/**
 * Lends this machine's workers to a run, until that has ended or was stopped. Where there is none yet, or it dies, this
 * waits for one.
 * @throws {RefusedError} where the run, or Redis, does not take it
 */
export async function joinFleet(options: JoinOptions): Promise<void> {
  const { address, signal } = options;
  refuseWithoutHandles();
  const roots = realRoots(options.roots);
  const onWait = (reason: string) => options.say(`waiting for the Redis at ${address.shown}: ${reason}`);
  let link: RedisLink | undefined;
  try {
    link = await openLink(address, undefined, signal, onWait);
    for (let isTold = false; !signal.aborted; ) {
      const found = await answered(link, signal, findRun(link, roots, options));
      if (found === undefined) {
        if (!isTold) options.say('waiting for a run');
        isTold = true;
        await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
        continue;
      }
      isTold = false;
      const end = await takePart(link, found, options);
      if (end === undefined) continue;
      if (end.kind !== 'lost') return;
      options.say(`not part of the run any more: ${end.reason}`);
    }
  } catch (error) {
    // What fails then does so because this process leaves.
    if (!signal.aborted) throw error;
  } finally {
    link?.close();
  }
}

/** What Redis answers; where this process is to leave, it does not wait long for that: Redis may be gone. */
async function answered<T>(link: RedisLink, signal: AbortSignal, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const leave = () => {
    timer = setTimeout(() => link.close(), ANSWER_MS);
  };
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  }
}

interface FoundRun {
  readonly offer: Offer;
  readonly places: ProvenPlaces;
}

/**
 * The first run that lives and whose folders are here.
 * @throws {RefusedError} where there are some, and this process may join none of them
 */
async function findRun(
  link: RedisLink,
  roots: readonly BytePath[],
  { workers, signal }: JoinOptions,
): Promise<FoundRun | undefined> {
  const first = await lookForRun(link, roots);
  if (first === undefined || 'places' in first) return first;
  // A run gives its folders their last names shortly before it is over: it may have been met just then.
  await sleep(LAST_STEPS_MS, undefined, { signal });
  const found = await lookForRun(link, roots);
  if (found === undefined || 'places' in found) return found;
  const { error, ...run } = found;
  await tell(link.control, { kind: 'refused', name: ownName(), workers, reason: error.message }, run);
  throw error;
}

interface Refusal {
  readonly error: RefusedError;
  readonly runId: string;
  readonly term: string;
}

/** @returns undefined where no run lives; where this process may join none, why not the first */
async function lookForRun(
  link: RedisLink,
  roots: readonly BytePath[],
): Promise<FoundRun | Refusal | undefined> {
  let refusal: Refusal | undefined;
  for (const runId of await link.control.smembers(RUNS_KEY)) {
    if (!isId(runId)) continue;
    const keys = keysOf(runId);
    const [term, text] = await link.control.mget(keys.run, keys.offer);
    if (typeof term !== 'string' || typeof text !== 'string' || term === ENDED) continue;
    try {
      const offer = readOffer(text);
      if (offer.runId === runId && offer.term === term) return { offer, places: provePlaces(offer, roots) };
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      refusal ??= { error, runId, term };
    }
  }
  return refusal;
}

/** @throws {RefusedError} where it is another version's, or other machines are not like this one */
function readOffer(text: string): Offer {
  try {
    const offer = offerOf(parse(text, 'the offer'));
    refuseOthers(offer.as);
    return offer;
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new RefusedError(
      `the run cannot be joined by this version of folder-copy: ${error.message}`,
      'EINVAL',
      {
        cause: error,
      },
    );
  }
}

/** @returns undefined where the run has ended, or died, before it took us in */
async function takePart(
  link: RedisLink,
  { offer, places }: FoundRun,
  options: JoinOptions,
): Promise<MembershipEnd | undefined> {
  const { workers, signal } = options;
  const waiting = link.open();
  try {
    const applicant = { control: link.control, waiting, name: ownName(), workers };
    const member = await answered(link, signal, apply(applicant, offer, places));
    if (member === undefined) return undefined;
    options.say(`joined the run with ${workers} workers`);
    return await work({ ...options, link, offer, places, member });
  } finally {
    waiting.disconnect();
    places.close();
  }
}

/** The same after joining anew. */
function ownName(): string {
  return `${hostname()}:${process.pid}`;
}

const LOOK_EVERY_MS = 1_000;
const ANSWER_MS = 3_000;
