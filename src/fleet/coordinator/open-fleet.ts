import type { LocalHands } from '../../copier/dispatch/local-hands.js';
import type { MemberEvent } from '../../copier/report/events.js';
import type { FleetAddress } from '../../copier/request/fleet-address.js';
import type { Facts } from '../../files/facts.js';
import type { WorkerSettings } from '../../protocol/messages.js';
import { openLink, type RedisLink } from '../redis/link.js';
import { offerText, ownIdentity, sourceIdentity } from '../wire/offer.js';
import { REACH_MS } from '../wire/times.js';
import { FleetHands } from './fleet-hands.js';
import { LostElsewhere } from './lost-elsewhere.js';

/** A fleet that can be reached: before anything is written, that is sure. */
export interface Fleet {
  /** Lets others join the run, for which this machine's workers are ready. */
  open(local: LocalHands, run: FleetRun): Promise<FleetHands>;
  /** What members had when they were lost. */
  readonly lost: LostElsewhere;
  close(): void;
}

export interface FleetRun {
  readonly settings: WorkerSettings;
  /** Of the source's root. */
  readonly sourceFacts: Facts;
  readonly tell: (event: MemberEvent) => void;
}

/** @throws {RefusedError} where it cannot be reached in time, or does not let us in */
export async function openFleet(address: FleetAddress, signal: AbortSignal | undefined): Promise<Fleet> {
  const link = await openLink(address, REACH_MS, signal);
  return {
    open: (local, run) => openHands(link, local, run),
    lost: new LostElsewhere(),
    close: () => link.close(),
  };
}

async function openHands(
  link: RedisLink,
  local: LocalHands,
  { settings, sourceFacts, tell }: FleetRun,
): Promise<FleetHands> {
  const { runId, destination: root } = settings;
  const hands = new FleetHands(local, {
    link,
    runId,
    root,
    device: sourceFacts,
    offer: term =>
      offerText({ runId, term, as: ownIdentity(), source: sourceIdentity(sourceFacts), settings }),
    tell,
  });
  try {
    await hands.open();
    return hands;
  } catch (error) {
    await hands.end();
    throw error;
  }
}
