/**
 * The names that a run uses in a destination beside its entries'. Those of a run carry its random id; the two
 * fixed ones stand in the root only.
 */
export const CLAIM_NAME = '.folder-copy.claim';
export const MARK_NAME = '.folder-copy.mark';

/** Exclusive to the run that takes over the claim of the dead one. */
export function heirName(deadRunId: string): string {
  return `${CLAIM_NAME}.${deadRunId}`;
}

/** Of a claim that is on its way; no claim names this run yet, so the run that has the claim removes what is left of it. */
export function claimantName(runId: string): string {
  return `${CLAIM_NAME}.${runId}.new`;
}

/** Of a file that the parent writes before it is renamed. */
export function temporaryName(runId: string): string {
  return `.folder-copy.${runId}`;
}

/** Of entries under way: fixed length, the run's id, the batch and the place in it. */
export function entryTemporaryName(runId: string, batch: number, index: number): string {
  const serial = batch.toString(16).padStart(8, '0') + index.toString(16).padStart(4, '0');
  return `.folder-copy.${runId}.${serial}`;
}

/** Of the file by which a member of a fleet proves that it has the same folder: as that of an entry, by 12 digits. */
export function proofName(runId: string, member: string): string {
  return `.folder-copy.${runId}.${member}`;
}

/** Whether a run of one of these ids has left this name. */
export function isTemporaryOf(name: string, runIds: ReadonlySet<string>): boolean {
  const [, runId] = /^\.folder-copy\.([0-9a-f]{16})(?:\.[0-9a-f]{12})?$/.exec(name) ?? [];
  return runId !== undefined && runIds.has(runId);
}

/** In the root of a source these are what is left of a run, and no content. */
export function isReserved(name: string): boolean {
  return name === CLAIM_NAME || name === MARK_NAME || name.startsWith(`${CLAIM_NAME}.`);
}
