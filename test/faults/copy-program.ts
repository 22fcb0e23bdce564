import { writeSync } from 'node:fs';
import { watchSignals } from '../../src/cli/signals.js';
import { prepareCopy } from '../../src/copier/copy-folder.js';
import { RefusedError } from '../../src/copier/errors.js';
import type { CopyOptions } from '../../src/copier/options.js';

// A copy as the command runs it, that writes each event as a line of JSON before it goes on:
// whoever kills it knows how far it had come. Arguments: source, destination, options as JSON.
const [source = '', destination = '', options = '{}'] = process.argv.slice(2);
const { signal } = watchSignals(() => {});
const onEvent = (event: object) => writeSync(1, `${JSON.stringify(event)}\n`);
try {
  const run = await prepareCopy(source, destination, {
    ...(JSON.parse(options) as CopyOptions),
    onEvent,
    signal,
  });
  const report = await run.run();
  process.exitCode = report.status;
} catch (error) {
  if (!(error instanceof RefusedError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
