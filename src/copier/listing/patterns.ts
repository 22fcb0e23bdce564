import { shownValue, UsageError } from '../report/errors.js';

/**
 * Refuses patterns that gitignore would ignore, or that could match nothing: given one by one, they are mistakes. (A
 * line of an ignore file may match nothing, as in git.)
 * @throws {UsageError} naming the option, the pattern, and what is wrong with it
 */
export function validatePatterns(option: 'include' | 'exclude', patterns: readonly string[]): void {
  if (!Array.isArray(patterns)) {
    throw new UsageError(`${option} takes a list of patterns, not ${shownValue(patterns)}`);
  }
  for (const pattern of patterns) {
    const fault = typeof pattern === 'string' ? faultOf(option, pattern) : 'it is not text';
    if (fault === undefined) continue;
    throw new UsageError(`${option} takes gitignore patterns, not ${shownValue(pattern)}: ${fault}`);
  }
}

/** The longest path that the system takes. */
export const LONGEST_PATTERN = 4096;

function faultOf(option: 'include' | 'exclude', pattern: string): string | undefined {
  if (pattern.length > LONGEST_PATTERN) return `it is longer than ${LONGEST_PATTERN} characters`;
  if (/[\0\n]/.test(pattern)) return 'a pattern is one line; ? stands for a line break in a name';
  if (/^!? *$/.test(pattern)) return 'it is empty';
  if (option === 'exclude' && pattern.startsWith('#'))
    return `that is a comment; to match such a name, write \\${pattern}`;
  if (/(?<!\\)(\\\\)*\\$/.test(pattern)) return 'it ends with a backslash that escapes nothing';
  if (/^!?(.*\/)?\.\.?(\/|$)/.test(pattern))
    return 'it can match nothing: it is relative to the source, without . and ..';
  return undefined;
}
