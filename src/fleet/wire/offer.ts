import { type BytePath, toBase64 } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import type { WorkerSettings } from '../../protocol/messages.js';
import { version } from '../../version.js';
import { isId } from './keys.js';
import {
  asChoice,
  asFlag,
  asList,
  asNumber,
  asObject,
  asPath,
  asText,
  asWhole,
  ShapeError,
  type Shapeless,
} from './shape.js';

/** What a run tells those who want to join it. */
export interface Offer {
  readonly runId: string;
  readonly term: string;
  readonly as: Identity;
  readonly source: SourceIdentity;
  readonly settings: WorkerSettings;
}

/** What has to be the same on all machines of a fleet. */
export interface Identity {
  readonly version: string;
  readonly user: string;
  /** Sorted, the process's own among them. */
  readonly groups: string;
  readonly koffi: string;
}

/** How the root of the source is known again, on another machine's mount of it too: device numbers differ there. */
export type SourceIdentity = readonly number[];

export function ownIdentity(): Identity {
  const groups = new Set([...(process.getgroups?.() ?? []), process.getegid?.() ?? -1]);
  return {
    version,
    user: String(process.geteuid?.()),
    groups: [...groups].sort((a, b) => a - b).join(' '),
    koffi: platformCalls() === undefined ? 'missing' : 'installed',
  };
}

export function sourceIdentity(facts: Facts): SourceIdentity {
  const { inodeHigh, inodeLow, mtime, mtimeNs, ctime, ctimeNs } = facts;
  return [inodeHigh, inodeLow, mtime, mtimeNs, ctime, ctimeNs];
}

export function offerText({ settings, ...offer }: Offer): string {
  const { source, destination, finalDestination, backup, snapshots, ...rest } = settings;
  const paths = {
    source: toBase64(source),
    destination: toBase64(destination),
    finalDestination: toBase64(finalDestination),
    ...(backup !== undefined && { backup: toBase64(backup) }),
    snapshots: snapshots.map(toBase64),
  };
  return JSON.stringify({ v: 1, ...offer, settings: { ...rest, ...paths } });
}

/** @throws {ShapeError} */
export function offerOf(value: unknown): Offer {
  const offer = asObject(value, 'the offer');
  if (offer.v !== 1) throw new ShapeError('the offer is of another version');
  const runId = hexadecimal(offer.runId, 'runId');
  const as = asObject(offer.as, 'as');
  return {
    runId,
    term: hexadecimal(offer.term, 'term'),
    as: {
      version: asText(as.version, 'version', 256),
      user: asText(as.user, 'user', 64),
      groups: asText(as.groups, 'groups'),
      koffi: asText(as.koffi, 'koffi', 64),
    },
    source: asList(offer.source, 'source', 6).map(number => asNumber(number, 'a fact of the source')),
    settings: settingsOf(asObject(offer.settings, 'settings'), runId),
  };
}

function settingsOf(settings: Shapeless, runId: string): WorkerSettings {
  const flag = (name: keyof WorkerSettings) => asFlag(settings[name], name);
  const fleet = asObject(settings.fleet, 'fleet');
  return {
    source: absolute(settings.source, 'source'),
    destination: absolute(settings.destination, 'destination'),
    finalDestination: absolute(settings.finalDestination, 'finalDestination'),
    chunkSize: asWhole(settings.chunkSize, 'chunkSize', 1, 1024 * 1024),
    runId,
    standing: asChoice(settings.standing, 'standing', ['nothing', 'earlier', 'content']),
    trust: asChoice(settings.trust, 'trust', ['time', 'content', 'nothing']),
    verify: flag('verify'),
    digests: flag('digests'),
    fsync: flag('fsync'),
    ifExists: asChoice(settings.ifExists, 'ifExists', ['overwrite', 'update', 'newer', 'skip', 'error']),
    reflink: asChoice(settings.reflink, 'reflink', ['auto', 'always', 'never']),
    dereference: false,
    attributes: flag('attributes'),
    strict: flag('strict'),
    setsModes: flag('setsModes'),
    looks: 'none',
    readsExtras: false,
    backup: settings.backup === undefined ? undefined : absolute(settings.backup, 'backup'),
    snapshots: asList(settings.snapshots, 'snapshots', 1024).map(root => absolute(root, 'a snapshot')),
    deletion: undefined,
    tellsBegin: false,
    fleet: { began: asNumber(fleet.began, 'began'), beatFile: undefined },
    parentPid: process.pid,
  };
}

function absolute(value: unknown, what: string): BytePath {
  const path = asPath(value, what, 64 * 1024);
  if (!path.startsWith('/') || path.includes('\0')) throw new ShapeError(`${what} is not an absolute path`);
  return path;
}

function hexadecimal(value: unknown, what: string): string {
  const text = asText(value, what, 64);
  if (!isId(text)) throw new ShapeError(`${what} is not an id`);
  return text;
}
