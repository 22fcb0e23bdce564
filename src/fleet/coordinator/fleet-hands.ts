import type { Company, Hands, HandsEnd } from '../../copier/dispatch/hands.js';
import type { LocalHands } from '../../copier/dispatch/local-hands.js';
import type { MemberEvent } from '../../copier/report/events.js';
import type { BytePath } from '../../files/byte-path.js';
import { type Device, sameDevice } from '../../files/facts.js';
import { FactsRow } from '../../files/facts-column.js';
import { proofName } from '../../files/reserved-names.js';
import type { DeletionLook, FoundDeletions } from '../../protocol/deletions.js';
import { type Batch, type BatchEnd, JOB_KINDS, type WorkerReport } from '../../protocol/messages.js';
import type { FolderReading, FolderRequest } from '../../protocol/readings.js';
import type { RedisLink } from '../redis/link.js';
import { keysOf } from '../wire/keys.js';
import { UNDER_WAY } from '../wire/times.js';
import { Mailbox } from './mailbox.js';
import { whyNotProven } from './proof.js';
import { RemoteWork } from './remote-work.js';
import { Roll } from './roll.js';
import { RunKey } from './run-key.js';

/** What a fleet copies, and who hears of its members. */
export interface FleetParts {
  readonly link: RedisLink;
  readonly runId: string;
  /** The folder that is written in. */
  readonly root: BytePath;
  /** The file system of the source's root: what is on others is copied here. */
  readonly device: Device;
  /** @returns what those have to know who want to join */
  readonly offer: (term: string) => string;
  readonly tell: (event: MemberEvent) => void;
}

/** The pool of this machine, and the workers that other machines lend to the run. */
export class FleetHands implements Hands {
  /** They are there at once: members have all of theirs, too. */
  readonly isWanted = true;
  readonly #local: LocalHands;
  readonly #parts: FleetParts;
  readonly #key: RunKey;
  readonly #roll: Roll;
  readonly #work: RemoteWork;
  readonly #mailbox: Mailbox;
  #localOpen = 0;
  #changed: () => void = () => {};

  constructor(local: LocalHands, parts: FleetParts) {
    const { link, runId, root } = parts;
    this.#local = local;
    this.#parts = parts;
    this.#work = new RemoteWork(link, runId);
    const keys = keysOf(runId);
    this.#key = new RunKey(link, runId, {
      begun: term => this.#work.begin(term),
      offer: parts.offer,
      lost: (reason, inMs) => this.#loseAll(reason, inMs),
    });
    this.#roll = new Roll({
      link,
      keys,
      term: () => this.#key.term,
      proves: async (file, proof, member) =>
        file === proofName(runId, member)
          ? await whyNotProven(root, file, proof)
          : 'it has shown another file',
      tell: parts.tell,
      changed: () => this.#rollChanged(),
    });
    this.#mailbox = new Mailbox(link, keys, {
      answer: text => this.#work.answer(text),
      hello: text => this.#roll.hear(text),
    });
  }

  /** Lets others join. */
  async open(): Promise<void> {
    await this.#key.begin();
  }

  get size(): number {
    return this.#local.size + this.#roll.workers;
  }

  get workers(): number {
    return this.#local.workers + this.#roll.workers;
  }

  /** Those of this machine. */
  get pids(): readonly number[] {
    return this.#local.pids;
  }

  get ceiling(): number | undefined {
    return this.#local.ceiling;
  }

  get capacity(): number {
    return this.#local.capacity + this.#roll.workers * UNDER_WAY;
  }

  get batchMs(): number | undefined {
    return this.#roll.workers > 0 ? BATCH_MS : undefined;
  }

  whenStarted(call: () => void): void {
    this.#local.whenStarted(call);
    this.#changed = call;
  }

  grow(): void {
    this.#local.grow();
  }

  async run(batch: Batch, onReport: (report: WorkerReport) => void): Promise<BatchEnd> {
    if (this.#hasRoomElsewhere && this.#canBeElsewhere(batch)) {
      const end = await this.#work.run(batch);
      if (end !== 'taken back') return end;
    }
    this.#localOpen += 1;
    try {
      return await this.#local.run(batch, onReport);
    } finally {
      this.#localOpen -= 1;
    }
  }

  read(requests: readonly FolderRequest[], company: Company): Promise<readonly FolderReading[]> {
    return this.#local.read(requests, company);
  }

  findDeletions(looks: readonly DeletionLook[], company: Company): Promise<readonly FoundDeletions[]> {
    return this.#local.findDeletions(looks, company);
  }

  async end(): Promise<HandsEnd> {
    const [end] = await Promise.all([this.#local.end(), this.#endFleet()]);
    return end;
  }

  async #endFleet(): Promise<void> {
    const isHeard = this.#key.isHeard;
    // Where Redis is gone, the key ends by itself, and what stays is removed by the next run.
    const ended = this.#key.end().catch(() => {});
    if (isHeard) await Promise.race([ended, unreferenced(ANSWER_MS)]);
    await this.#roll.end();
    this.#mailbox.close();
    this.#work.close();
    if (isHeard) await Promise.race([this.#key.clear().catch(() => {}), unreferenced(ANSWER_MS)]);
    this.#parts.link.close();
  }

  /** Where the fewer batches wait, for each worker. */
  get #hasRoomElsewhere(): boolean {
    const there = this.#roll.workers * UNDER_WAY;
    if (this.#work.size >= there) return false;
    const { capacity } = this.#local;
    return this.#localOpen >= capacity || this.#work.size / there <= this.#localOpen / capacity;
  }

  /** A first try of entries that all machines see alike. */
  #canBeElsewhere({ again, kinds, facts }: Batch): boolean {
    if (again || kinds.includes(FINISH_ROOT)) return false;
    const row = new FactsRow(facts);
    for (let index = 0; index < kinds.length; index += 1) {
      if (!sameDevice(row.moveTo(index), this.#parts.device)) return false;
    }
    return true;
  }

  #loseAll(reason: string, inMs: number): void {
    this.#work.loseAll(reason, inMs);
    this.#roll.loseAll(reason);
  }

  #rollChanged(): void {
    if (this.#roll.workers === 0) void this.#work.takeBack();
    this.#changed();
  }
}

function unreferenced(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms).unref();
  });
}

const FINISH_ROOT = JOB_KINDS.codeOf('finishRoot');
/** Long beside the way there and back, short beside the time after which a worker gives back what it has not begun. */
const BATCH_MS = 1_000;
/** How long an end waits for Redis. */
const ANSWER_MS = 3_000;
