import { inspect } from 'node:util';

/** A value that should not be there, as a refusal shows it: callers without types can give anything. */
export function shownValue(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : inspect(value, { depth: 0, breakLength: Infinity });
}
