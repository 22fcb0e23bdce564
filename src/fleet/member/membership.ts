import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'bullmq';
import { LocalHands } from '../../copier/dispatch/local-hands.js';
import { join } from '../../files/byte-path.js';
import { copyOf, type Facts } from '../../files/facts.js';
import { FactsColumn, FactsRow } from '../../files/facts-column.js';
import { nameAt } from '../../files/name-column.js';
import { momentNow } from '../../protocol/beat.js';
import {
  type Batch,
  folderAt,
  JOB_HOWS,
  type WorkerReport,
  type WorkerSettings,
} from '../../protocol/messages.js';
import type { RedisLink } from '../redis/link.js';
import { ask, say } from '../redis/scripts.js';
import { doneAnswer, lostAnswer } from '../wire/answer.js';
import { letterOf } from '../wire/hello.js';
import { batchOf } from '../wire/job-data.js';
import { keysOf, PREFIX, queueName } from '../wire/keys.js';
import type { Offer } from '../wire/offer.js';
import { parse, ShapeError } from '../wire/shape.js';
import { LEAVE_MS, LOCK_MS, LOCK_RENEW_MS, UNDER_WAY } from '../wire/times.js';
import { tell } from './admission.js';
import { Lease, type LeaseEnd } from './lease.js';
import type { ProvenPlaces } from './places.js';

/** What a member works with. */
export interface MembershipParts {
  readonly link: RedisLink;
  readonly offer: Offer;
  readonly places: ProvenPlaces;
  readonly member: string;
  readonly workers: number;
  readonly bwlimit: number | undefined;
  /** Aborted where this process is to leave. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Is told of each finished entry; undefined: nobody wants to know. */
  readonly onEntry: ((how: string, path: string) => void) | undefined;
}

/** How a membership ends; `left`: as this process was told to. */
export type MembershipEnd = LeaseEnd | { readonly kind: 'left' };

/** Works for a run until that ends, or until this process is none of its members any more. */
export async function work(parts: MembershipParts): Promise<MembershipEnd> {
  const { link, offer, member } = parts;
  const keys = keysOf(offer.runId);
  const since = momentNow();
  const said = await ask(link.control, [keys.run, keys.members], offer.term, member);
  if (said !== 'member') return { kind: 'lost', reason: 'the run has ended, or begun anew' };
  const waiting = link.open();
  let onEnd: (end: MembershipEnd) => void = () => {};
  const ended = new Promise<MembershipEnd>(resolve => {
    onEnd = resolve;
  });
  const lease = new Lease(link.control, { ...offer, member }, since, end => onEnd(end));
  const hands = new LocalHands(
    { most: parts.workers, isWanted: true },
    settingsFor(parts, lease.beatFile),
    parts.bwlimit,
    error => parts.say(`continuing with fewer workers: ${error.message}`),
  );
  hands.whenStarted(() => hands.grow());
  for (let before = -1; hands.workers > before; ) {
    before = hands.workers;
    hands.grow();
  }
  const worker = takeJobs(parts, hands);
  void readLetters();
  const onAbort = () => onEnd({ kind: 'left' });
  parts.signal.addEventListener('abort', onAbort, { once: true });
  if (parts.signal.aborted) onAbort();

  const end = await ended;
  parts.signal.removeEventListener('abort', onAbort);
  if (end.kind === 'left') await Promise.race([closed(worker), sleep(LEAVE_MS, undefined, { ref: false })]);
  // Whoever has this work by now is not to meet with ours.
  if (end.kind === 'lost') for (const pid of hands.pids) killIfThere(pid);
  await hands.end();
  // Before the connection goes that it uses. Where Redis is gone, this would wait for ever.
  await Promise.race([closed(worker, true), sleep(CONFIRM_WITHIN_MS, undefined, { ref: false })]);
  lease.close();
  waiting.disconnect();
  await confirm(parts, end);
  return end;

  async function readLetters(): Promise<void> {
    for (let isOver = false; !isOver; ) {
      try {
        const [, text] = (await waiting.blpop(keys.letters(member), LETTER_SECONDS)) ?? [];
        isOver = text !== undefined && letterOf(parse(text, 'a letter')).kind === 'ended';
        if (isOver) onEnd({ kind: 'ended' });
      } catch (error) {
        if (waiting.status === 'end') return;
        if (!(error instanceof ShapeError)) await sleep(AFTER_FAILURE_MS);
      }
    }
  }
}

/** The roots are reached by the handles that have been proven. */
function settingsFor({ offer, places }: MembershipParts, beatFile: string): WorkerSettings {
  const { settings } = offer;
  const { source, destination } = places;
  const fleet = { began: settings.fleet?.began ?? 0, beatFile };
  return { ...settings, source, destination, fleet, parentPid: process.pid };
}

function takeJobs(parts: MembershipParts, hands: LocalHands): Worker {
  const { link, offer, workers } = parts;
  const { run, answers } = keysOf(offer.runId);
  const worker = new link.bullmq.Worker(
    queueName(offer.runId, offer.term),
    async job => {
      const answer = await answerTo(job.data, parts, hands);
      if (answer !== undefined) await say(link.control, [run, answers], offer.term, answer);
    },
    {
      prefix: PREFIX,
      connection: link.control,
      skipVersionCheck: true,
      concurrency: workers * UNDER_WAY,
      lockDuration: LOCK_MS,
      lockRenewTime: LOCK_RENEW_MS,
      maxStalledCount: 0,
      skipStalledCheck: true,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      drainDelay: DRAIN_SECONDS,
    },
  );
  // It connects again by itself; the lease ends where that takes long.
  worker.on('error', () => {});
  return worker;
}

/** Where Redis is gone, what it has left is taken for lost. */
async function closed(worker: Worker, isForced = false): Promise<void> {
  await worker.close(isForced).catch(() => {});
}

/** @returns undefined where the job is none: nothing of it is done then */
async function answerTo(
  data: unknown,
  parts: MembershipParts,
  hands: LocalHands,
): Promise<string | undefined> {
  let batch: Batch;
  try {
    batch = batchOf(data, parts.offer);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    parts.say(`a job was refused: ${error.message}`);
    return undefined;
  }
  const reports: WorkerReport[] = [];
  try {
    const own = { ...batch, facts: onOwnDevice(batch, parts.places.sourceFacts) };
    const end = await hands.run(own, report => reports.push(report));
    if (parts.onEntry !== undefined)
      for (const report of [...reports, end.rest]) show(report, batch, parts.onEntry);
    return doneAnswer(batch.id, reports, end);
  } catch (error) {
    return lostAnswer(batch.id, error instanceof Error ? error.message : String(error));
  }
}

/** What is one file system has another number on each machine. */
function onOwnDevice({ facts, kinds }: Batch, { deviceHigh, deviceLow }: Facts): Float64Array {
  const row = new FactsRow(facts);
  const column = new FactsColumn(kinds.length);
  for (let index = 0; index < kinds.length; index += 1) {
    column.push({ ...copyOf(row.moveTo(index)), deviceHigh, deviceLow });
  }
  return column.packed();
}

function show({ done }: WorkerReport, batch: Batch, onEntry: (how: string, path: string) => void): void {
  for (const [index, code] of done.hows.entries()) {
    const how = JOB_HOWS.wordOf(code);
    const row = done.from + index;
    if (how !== undefined) onEntry(how, join(folderAt(batch, row), nameAt(batch.names, row)));
  }
}

/** The run need not wait for us any more. */
async function confirm({ link, offer, member }: MembershipParts, end: MembershipEnd): Promise<void> {
  if (end.kind === 'lost') return;
  const confirmed = async () => {
    await link.control.hdel(keysOf(offer.runId).members, member);
    if (end.kind === 'left') await tell(link.control, { kind: 'left', member }, offer);
  };
  await Promise.race([confirmed().catch(() => {}), sleep(CONFIRM_WITHIN_MS, undefined, { ref: false })]);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

const LETTER_SECONDS = 2;
const DRAIN_SECONDS = 3;
const AFTER_FAILURE_MS = 200;
const CONFIRM_WITHIN_MS = 3_000;
