import type { CopyReport } from './events.js';

/** What an aborted run rejects with; the report says what was done. */
export interface AbortedError extends Error {
  readonly code: string | number;
  readonly report: CopyReport;
}

/**
 * What an aborted run rejects with: the signal's reason, with the report put on it. Where that cannot be, as for a
 * reason that is not an error or has the report of another run, an error of its own, with the reason as its cause.
 */
export function abortedError(reason: unknown, report: CopyReport): AbortedError {
  const error = takesReport(reason)
    ? reason
    : withName('AbortError', new Error('the run was aborted', { cause: reason }));
  // A DOMException has a code already, a number.
  const code = 'code' in error ? {} : { code: 'ABORT_ERR' };
  return Object.assign(error, { ...code, report }) as AbortedError;
}

/** By its shape: it may come from another realm. */
function takesReport(reason: unknown): reason is Error {
  if (typeof reason !== 'object' || reason === null || !Object.isExtensible(reason)) return false;
  return 'name' in reason && 'message' in reason && !('report' in reason);
}

function withName(name: string, error: Error): Error {
  return Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
}
