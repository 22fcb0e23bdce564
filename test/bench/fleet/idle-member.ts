import { parse as parseArgs } from 'node:path';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { bytePath } from '../../../src/files/byte-path.js';
import { FactsRow } from '../../../src/files/facts-column.js';
import { apply } from '../../../src/fleet/member/admission.js';
import { Lease } from '../../../src/fleet/member/lease.js';
import { provePlaces } from '../../../src/fleet/member/places.js';
import { ask, say } from '../../../src/fleet/redis/scripts.js';
import { doneAnswer } from '../../../src/fleet/wire/answer.js';
import { batchOf } from '../../../src/fleet/wire/job-data.js';
import { keysOf, PREFIX, queueName, RUNS_KEY } from '../../../src/fleet/wire/keys.js';
import { type Offer, offerOf } from '../../../src/fleet/wire/offer.js';
import { momentNow } from '../../../src/protocol/beat.js';
import { type Batch, type BatchEnd, JOB_HOWS, kindAt, usualBytes } from '../../../src/protocol/messages.js';

// A member that copies nothing and says that all is done: what is left is the coordinator's limit, and Redis's time.
// idle-member.js PORT ROOT WORKERS

const [port = '', root = '', workers = '1'] = process.argv.slice(2);
if (parseArgs(root).root === '') throw new Error('the root is not absolute');
const connect = () => new Redis({ port: Number(port), maxRetriesPerRequest: null });
const [control, waiting] = [connect(), connect()];

for (;;) {
  const [runId] = await control.smembers(RUNS_KEY);
  const text = runId === undefined ? null : await control.get(keysOf(runId).offer);
  if (text !== null) await work(offerOf(JSON.parse(text)));
  await new Promise(resolve => setTimeout(resolve, 50));
}

/** Ends this process with the run; comes back where that has ended before it took us in. */
async function work(offer: Offer): Promise<void> {
  const { runId, term } = offer;
  const places = provePlaces(offer, [bytePath(root)]);
  const applicant = { control, waiting, name: `idle:${process.pid}`, workers: Number(workers) };
  const member = await apply(applicant, offer, places);
  if (member === undefined) return;
  const keys = keysOf(runId);
  const since = momentNow();
  await ask(control, [keys.run, keys.members], term, member);
  const lease = new Lease(control, { runId, term, member }, since, () => process.exit(0));
  const worker = new Worker(
    queueName(runId, term),
    async job => {
      const batch = batchOf(job.data, offer);
      await say(control, [keys.run, keys.answers], term, doneAnswer(batch.id, [], allDone(batch)));
    },
    { prefix: PREFIX, connection: control, concurrency: Number(workers) * 2, skipStalledCheck: true },
  );
  worker.on('error', () => {});
  for (;;) {
    const [, letter] = (await waiting.blpop(keys.letters(member), 2)) ?? [];
    if (letter === undefined) continue;
    lease.close();
    await control.hdel(keys.members, member);
    process.exit(0);
  }
}

function allDone(batch: Batch): BatchEnd {
  const rows = batch.kinds.length;
  const facts = new FactsRow(batch.facts);
  let bytes = 0;
  const hows = Uint8Array.from({ length: rows }, (_, row) => {
    const kind = kindAt(batch, row);
    const how = kind === 'file' ? 'streamed' : kind === 'link' || kind === 'hardLink' ? 'linked' : 'made';
    bytes += usualBytes(how, facts.moveTo(row).size);
    return JOB_HOWS.codeOf(how);
  });
  const done = { from: 0, hows, names: new Uint8Array(0), details: new Map() };
  const rest = { batch: batch.id, worker: 0, done, failed: [], bytes, entryBytes: 0 };
  return { rest, begun: rows, effort: { tookMs: 1, cpuMs: 1, waits: 0 } };
}
