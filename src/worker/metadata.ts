import { fchmodSync, fchownSync, futimesSync } from 'node:fs';
import { type Facts, permissionsOf } from '../common/facts.js';
import type { WorkerSettings } from '../common/messages.js';

/** Set-user-id and set-group-id: they may only come along with the owner they speak for. */
const SET_ID = 0o6000;

/**
 * The mode with which a new file is created: its own at once, where nothing more has to be done to it; else
 * closed to all others until it has the right owner.
 */
export function creationMode(facts: Facts, settings: WorkerSettings): number {
  return needsOwner(facts, settings) ? 0o600 : permissionsOf(facts) & 0o777;
}

/** Gives an open file its owner, its mode and, last of all, its times: the mark that it is finished. */
export function giveMetadata(descriptor: number, facts: Facts, settings: WorkerSettings): void {
  if (needsOwner(facts, settings)) fchownSync(descriptor, Number(facts.uid), Number(facts.gid));
  const mode = keptPermissions(facts, settings);
  if (mode !== creationMode(facts, settings)) fchmodSync(descriptor, mode);
  futimesSync(descriptor, seconds(facts.atimeNs), seconds(facts.mtimeNs));
}

/** Permissions that a copy may have: without the owner, set-id bits would speak for the wrong one. */
export function keptPermissions(facts: Facts, settings: WorkerSettings): number {
  return settings.keepOwner ? permissionsOf(facts) : permissionsOf(facts) & ~SET_ID;
}

/**
 * A time as Node's `utimes` family takes it, exact to the microsecond.
 *
 * Node cuts a number down to microseconds, and a double just below one loses it: hence 0.4 µs more. A
 * negative number becomes the present time, a negative string does not.
 */
export function seconds(timeNs: bigint): number | string {
  const whole = timeNs / 1000n - (timeNs % 1000n < 0n ? 1n : 0n);
  const value = Number(whole) / 1e6;
  return value < 0 ? String(value) : value + 4e-7;
}

function needsOwner(facts: Facts, settings: WorkerSettings): boolean {
  return settings.keepOwner && (facts.uid !== OWN_UID || facts.gid !== OWN_GID);
}

const OWN_UID = BigInt(process.geteuid?.() ?? 0);
const OWN_GID = BigInt(process.getegid?.() ?? 0);
