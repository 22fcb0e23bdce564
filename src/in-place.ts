import { fileURLToPath } from 'node:url';
import { whyNotThere } from './multiprocessing/process/can-fork.js';

// What the ES modules of the package load first: bundled into a program that is an ES module itself, the
// CommonJS behind them would fail on its first line, with words that help nobody.

const program = 'copy-worker.js';
/** Some bundlers leave nothing of it, some another kind of address. */
const here: string | undefined = import.meta.url;
const reason = whyNotThere(
  here?.startsWith('file:') === true ? fileURLToPath(new URL(program, here)) : undefined,
);
if (reason !== undefined) throw new Error(reason);
