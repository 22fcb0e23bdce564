import { shownValue, UsageError } from '../report/errors.js';

/** The most that `delete` may remove: entries, or a share of what the destination held before, such as `10%`. */
export type MaxDelete = number | `${number}%`;

export interface DeletionLimit {
  readonly most: number;
  readonly unit: 'entries' | 'percent';
}

/** @throws {UsageError} */
export function deletionLimitOf(value: MaxDelete): DeletionLimit {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
    return { most: value, unit: 'entries' };
  const [, digits] = typeof value === 'string' ? (/^(\d+)%$/.exec(value) ?? []) : [];
  const most = Number(digits ?? Number.NaN);
  if (most <= 100) return { most, unit: 'percent' };
  throw new UsageError(
    `maxDelete takes a whole number of entries, or a share from 0% to 100%, not ${shownValue(value)}`,
  );
}

/** @param held entries that the destination held before the run */
export function isMoreThan({ most, unit }: DeletionLimit, deletions: number, held: number): boolean {
  return unit === 'entries' ? deletions > most : deletions * 100 > most * held;
}

export function limitInWords({ most, unit }: DeletionLimit): string {
  return unit === 'entries' ? `${most}` : `${most}%`;
}
