#!/usr/bin/env node
import { isLikelyCopy } from '../src/cli/is-likely-copy.js';
import { lightenEngineLater } from '../src/light-engine.js';
import { forkAhead } from '../src/multiprocessing/fork-ahead.js';
import { workerProcess } from '../src/worker/worker-process.js';

const argv = process.argv.slice(2);

// The first worker starts while the rest of the command loads: a small copy takes little more than the two.
const spare = isLikelyCopy(argv) ? forkAhead(workerProcess()) : undefined;

lightenEngineLater();

// Warnings are for whoever works on this, not for whoever copies a folder.
process.removeAllListeners('warning');

void import('../src/cli/run.js').then(async ({ run }) => {
  // Not exit(): what is still on its way to a pipe has to arrive.
  process.exitCode = await run(argv, spare);
});
