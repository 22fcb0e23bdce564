import { formatBytes } from '../../../units.js';
import type { ProgressNow } from './progress.js';

/** What there is to say of a run's progress beside the percentage. */
export type Fact = 'files' | 'bytes' | 'rate' | 'left';

/** In the order in which they are shown; without bytes where none are read, without the time left where it cannot be told. */
export function progressFacts(now: ProgressNow): Map<Fact, string> {
  const facts = new Map<Fact, string>([['files', `${now.filesDone}/${now.filesFound} files`]]);
  if (now.readsContent) facts.set('bytes', threeDigits(now.bytes));
  facts.set('rate', rateOf(now, now));
  if (now.secondsLeft !== undefined) facts.set('left', `${formatLeft(now.secondsLeft)} left`);
  return facts;
}

/** A rate: of bytes, or of files where no bytes are read. */
export function rateOf(
  { readsContent }: Pick<ProgressNow, 'readsContent'>,
  { rate, fileRate }: Pick<ProgressNow, 'rate' | 'fileRate'>,
): string {
  return readsContent ? `${threeDigits(rate)}/s` : `${Math.round(fileRate)} files/s`;
}

/** Two decimals, always as wide as `100.00%`. */
export function percentOf({ percent }: ProgressNow): string {
  return `${percent.toFixed(2)}%`.padStart('100.00%'.length);
}

/** What changes all the time needs no more: `4.5 MiB`, `812 MiB`. */
export function threeDigits(bytes: number): string {
  return formatBytes(bytes).replace(/(\d{3,})\.\d/, '$1');
}

/** `12 s`, `3:05`, `2:10:00`. */
function formatLeft(seconds: number): string {
  const whole = Math.ceil(Math.max(seconds, 0));
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value % 60).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole)}`
    : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(whole)}`;
}
