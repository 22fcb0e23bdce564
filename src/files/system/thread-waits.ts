import { readFileSync } from 'node:fs';

/**
 * How often this thread has given the processor up to wait for something, as `/proc` counts it on Linux: a thread that
 * is only kept from the processor by others has not. Undefined where that is not known.
 */
export function threadWaits(): number | undefined {
  try {
    const status = readFileSync('/proc/thread-self/status', 'latin1');
    const [, count] = status.match(/^voluntary_ctxt_switches:\s*(\d+)$/m) ?? [];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined; // no `/proc`: a system that does not tell
  }
}
