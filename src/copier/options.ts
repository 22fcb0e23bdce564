import { UsageError } from './errors.js';
import type { CopyEvent } from './events.js';

/** What can be asked of a copy; all of it optional, with the command's defaults. */
export interface CopyOptions {
  /** Size of the fixed pool, 1 to 64; never more are forked than there is work for. Default 5. */
  readonly workers?: number;
  /** Bytes of a chunk, 1 to 1 MiB. Default 1024. */
  readonly chunkSize?: number;
  /** What is put behind the source's name where no destination is given. Default `[副本]`. */
  readonly suffix?: string;
  /** Stops the run; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called for every event, in order. */
  readonly onEvent?: (event: CopyEvent) => void;
}

/** Options after the door: checked and complete. */
export interface CopySettings {
  readonly workers: number;
  readonly chunkSize: number;
  readonly suffix: string;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: CopyEvent) => void;
}

export const DEFAULT_WORKERS = 5;
export const MOST_WORKERS = 64;
export const DEFAULT_CHUNK_SIZE = 1024;
export const LARGEST_CHUNK_SIZE = 1024 * 1024;
export const DEFAULT_SUFFIX = '[副本]';

/** @throws {UsageError} naming the option, what it takes and what came */
export function normalizeOptions(options: CopyOptions): CopySettings {
  const {
    workers = DEFAULT_WORKERS,
    chunkSize = DEFAULT_CHUNK_SIZE,
    suffix = DEFAULT_SUFFIX,
    signal,
    onEvent = () => {},
  } = options;
  validateWhole('workers', workers, 1, MOST_WORKERS);
  validateWhole('chunkSize', chunkSize, 1, LARGEST_CHUNK_SIZE);
  validateSuffix(suffix);
  return { workers, chunkSize, suffix, signal, onEvent };
}

function validateWhole(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not ${String(value)}`);
}

function validateSuffix(suffix: string): void {
  if (typeof suffix === 'string' && suffix !== '' && !/[/\0]/.test(suffix)) return;
  throw new UsageError(
    `suffix takes a text that can stand at the end of a name, not ${JSON.stringify(suffix)}`,
  );
}
