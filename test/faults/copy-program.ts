import { writeSync } from 'node:fs';
import { type CopyEvent, type CopyOptions, copyFolder, PartialCopyError, RefusedError } from 'folder-copy';
import { StopSignals } from '../../src/cli/ending/signals.js';

// A copy as the command runs it, that writes each event as a line of JSON before it goes on:
// whoever kills it knows how far it had come. Arguments: source, destination, options as JSON.
const [source = '', destination = '', options = '{}'] = process.argv.slice(2);
const signals = new StopSignals(new Set(), () => {});
signals.watch();
const { signal } = signals;
let status: number | undefined;
const onEvent = (event: CopyEvent): void => {
  writeSync(1, `${JSON.stringify(event)}\n`);
  if (event.type === 'end') status = event.status;
};
try {
  await copyFolder(source, destination, { ...(JSON.parse(options) as CopyOptions), onEvent, signal });
} catch (error) {
  // Of a run with failures, and of one that was stopped, the end event has told all.
  const isTold = error instanceof PartialCopyError || error === signal.reason;
  if (!isTold && !(error instanceof RefusedError)) throw error;
  if (error instanceof RefusedError) process.stderr.write(`${error.message}\n`);
}
process.exitCode = status ?? 2;
