import { statfs } from 'node:fs';
import { type BytePath, native } from '../../files/byte-path.js';

/**
 * Whether the storage below a path answers at all. Where it hangs, a single call to clean up would hold the process for
 * ever, and no signal could end it: what is left then is for the next run.
 */
export function answers(path: BytePath): Promise<boolean> {
  return new Promise(resolve => {
    const timer = setTimeout(() => resolve(false), LONGEST_ANSWER_MS);
    statfs(native(path), () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** A signal is to be obeyed within seconds, and a slow server is not one that hangs. */
const LONGEST_ANSWER_MS = 3000;
