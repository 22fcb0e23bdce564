import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { makeOwnFile } from '../../copier/claim/own-file.js';
import { RefusedError } from '../../copier/report/errors.js';
import { native } from '../../files/byte-path.js';
import { failureOf } from '../../files/failure.js';
import { proofName } from '../../files/reserved-names.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import { say } from '../redis/scripts.js';
import { type Hello, helloText, letterOf, newMemberId } from '../wire/hello.js';
import { keysOf } from '../wire/keys.js';
import { type Identity, type Offer, ownIdentity } from '../wire/offer.js';
import { parse } from '../wire/shape.js';
import { LAST_STEPS_MS, RUN_KEY_MS } from '../wire/times.js';
import type { ProvenPlaces } from './places.js';

/** Who asks to be taken in. */
export interface Applicant {
  /** For short questions, and for those that wait for their answer. */
  readonly control: Redis;
  readonly waiting: Redis;
  readonly name: string;
  readonly workers: number;
}

/** @throws {RefusedError} where this process is not what all of the fleet are */
export function refuseOthers(run: Identity): void {
  const own = ownIdentity();
  for (const [fact, word] of Object.entries(WORDS)) {
    if (!isFact(fact) || run[fact] === own[fact]) continue;
    throw new RefusedError(`the run has ${word} ${run[fact]}, and this process ${own[fact]}`, 'EINVAL');
  }
}

const WORDS: Readonly<Record<keyof Identity, string>> = {
  version: 'folder-copy',
  user: 'the user id',
  groups: 'the group ids',
  koffi: 'the optional dependency koffi',
};

function isFact(text: string): text is keyof Identity {
  return text in WORDS;
}

/**
 * Shows the run a file of our making, and waits for its answer.
 * @returns the member's id; undefined where the run has ended, or died, meanwhile
 * @throws {RefusedError} where the run refuses
 */
export async function apply(
  { control, waiting, name, workers }: Applicant,
  { runId, term }: Offer,
  places: ProvenPlaces,
): Promise<string | undefined> {
  const member = newMemberId();
  const keys = keysOf(runId);
  const file = proofName(runId, member);
  const proof = randomBytes(16).toString('hex');
  const path = native(`${places.destination}/${file}`);
  try {
    makeOwnFile(path, proof, { fsync: true });
  } catch (error) {
    const { code, message } = failureOf(error);
    const reason = `nothing can be written in the destination here: ${message}`;
    // It may have been met in its last moment.
    await sleep(LAST_STEPS_MS);
    const isHeard = await tell(control, { kind: 'refused', name, workers, reason }, { runId, term });
    if (!isHeard) return undefined;
    throw new RefusedError(reason, code, { cause: error });
  }
  try {
    const isHeard = await tell(
      control,
      { kind: 'join', member, name, workers, file, proof },
      { runId, term },
    );
    if (!isHeard) return undefined;
    const text = await nextLetter(waiting, keys.letters(member));
    if (text === undefined) return undefined;
    const letter = letterOf(parse(text, 'a letter'));
    if (letter.kind === 'refused') throw new RefusedError(`the run refuses: ${letter.reason}`, 'EINVAL');
    return letter.kind === 'welcome' ? member : undefined;
  } finally {
    unlinkIfThere(path);
  }
}

/** A connection on which nothing is heard for long is taken for broken. */
async function nextLetter(waiting: Redis, key: string): Promise<string | undefined> {
  for (let waited = 0; waited < RUN_KEY_MS; waited += LETTER_SECONDS * 1000) {
    const [, text] = (await waiting.blpop(key, LETTER_SECONDS)) ?? [];
    if (text !== undefined) return text;
  }
  return undefined;
}

const LETTER_SECONDS = 5;

/** @returns whether the run lives */
export function tell(
  control: Redis,
  hello: Hello,
  { runId, term }: { readonly runId: string; readonly term: string },
): Promise<boolean> {
  const { run, hellos } = keysOf(runId);
  return say(control, [run, hellos], term, helloText(hello, term));
}
