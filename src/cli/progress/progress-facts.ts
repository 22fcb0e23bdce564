import { formatBytes, formatSeconds } from '../../units.js';
import type { ProgressNow } from './progress.js';

/** What there is to say of a run's progress, the most telling first: files, bytes, rate, time left. */
export function progressFacts({ filesDone, filesFound, bytes, rate, secondsLeft }: ProgressNow): string[] {
  const facts = [`${filesDone}/${filesFound} files`, formatBytes(bytes), `${formatBytes(rate)}/s`];
  return secondsLeft === undefined ? facts : [...facts, `${formatSeconds(Math.max(secondsLeft, 0))} left`];
}

/** Two decimals, always as wide as `100.00%`. */
export function percentOf({ percent }: ProgressNow): string {
  return `${percent.toFixed(2)}%`.padStart('100.00%'.length);
}
