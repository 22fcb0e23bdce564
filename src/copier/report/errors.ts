import { inspect } from 'node:util';
import { type Failure, failureOf } from '../../files/failure.js';
import { count } from '../../units.js';
import type { CopyReport } from './events.js';

/** The copy was refused before anything was written; the command exits with 2 then. */
export class RefusedError extends Error {
  override readonly name: string = 'RefusedError';

  /** @param code an errno name, or one of our own; it stands at the end of the message */
  constructor(
    what: string,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(code === USAGE ? what : `${what} (${code})`, options);
  }
}

/** Whether an error is a refusal, also one of a part that is bundled by itself, with this class once more. */
export function isRefusal(error: unknown): error is RefusedError {
  return error instanceof RefusedError || (error instanceof Error && NAMES.has(error.name));
}

/** A refusal as one of this class, by which callers know it. */
export function asOwnRefusal(error: unknown): unknown {
  if (isRefusal(error) && !(error instanceof RefusedError))
    Object.setPrototypeOf(error, RefusedError.prototype);
  return error;
}

const NAMES: ReadonlySet<string> = new Set(['RefusedError', 'UsageError']);

/** The code of a wrong option or argument; the message needs none. */
const USAGE = 'USAGE';

/** A refusal that is caused by an error. @param path as it is to be shown */
export function refusal(path: string, what: string, error: unknown): RefusedError {
  const { code, message } = failureOf(error);
  return new RefusedError(`${path}: ${what}: ${message}`, code, { cause: error });
}

/** An option or argument that cannot be used. */
export class UsageError extends RefusedError {
  override readonly name = 'UsageError';

  constructor(message: string) {
    super(message, USAGE);
  }
}

/** An entry that failed. */
export interface EntryFailure extends Failure {
  /** Relative to the source. */
  readonly path: string;
  readonly attempts: number;
}

/** The copy ran to its end, and some entries failed. */
export class PartialCopyError extends Error {
  override readonly name = 'PartialCopyError';
  readonly code = 'PARTIAL_COPY';

  constructor(
    readonly report: CopyReport,
    readonly failures: readonly EntryFailure[],
  ) {
    super(sentence(report, failures.length));
  }
}

/** The root, and what could not be deleted, are not entries to be copied: they are counted apart. */
function sentence({ files, folders, skipped, failed, left, message }: CopyReport, failures: number): string {
  const entries = files + folders + skipped + failed + left;
  const parts = [
    failed > 0 ? `${failed} of ${count(entries, 'entry', 'entries')} could not be copied` : '',
    failures > failed ? `${count(failures - failed, 'other step')} failed` : '',
    message ?? '',
  ];
  return parts.filter(part => part !== '').join('; ');
}

/** A value that should not be there, as a refusal shows it: callers without types can give anything. */
export function shownValue(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : inspect(value, { depth: 0, breakLength: Infinity });
}
