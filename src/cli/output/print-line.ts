import { inLocale } from '../text/locale.js';

/** A line for standard error. */
export function printLine(line: string): void {
  process.stderr.write(`${inLocale(line)}\n`);
}
