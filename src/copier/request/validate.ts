import { shownValue, UsageError } from '../report/errors.js';

// Checks of single options. Each throws a UsageError: which option, what it takes, what came.

export function validateWhole(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not ${shownValue(value)}`);
}

export function validateSuffix(suffix: string): void {
  if (typeof suffix === 'string' && suffix !== '' && !/[/\0]/.test(suffix)) return;
  throw new UsageError(`suffix takes text that can end a file name, not ${shownValue(suffix)}`);
}

export function validateChoice<T extends string>(option: string, value: T, choices: readonly T[]): void {
  if (choices.includes(value)) return;
  throw new UsageError(`${option} takes one of ${choices.join(', ')}, not ${shownValue(value)}`);
}

export function validateFlag(option: string, value: boolean): void {
  if (typeof value === 'boolean') return;
  throw new UsageError(`${option} takes true or false, not ${shownValue(value)}`);
}

export function validateFunction(option: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new UsageError(`${option} takes a function, not ${shownValue(value)}`);
}

/** By what it can do: it may come from another realm, as a test runner's does. */
export function validateSignal(signal: unknown): void {
  if (signal === undefined) return;
  const canDoAll =
    typeof signal === 'object' &&
    signal !== null &&
    'throwIfAborted' in signal &&
    'addEventListener' in signal &&
    'aborted' in signal;
  if (!canDoAll) throw new UsageError(`signal takes an AbortSignal, not ${shownValue(signal)}`);
}
