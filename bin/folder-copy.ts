#!/usr/bin/env node
import { run } from '../src/cli/run.js';

// Warnings are for whoever works on this, not for whoever copies a folder.
process.removeAllListeners('warning');

// Not exit(): what is still on its way to a pipe has to arrive.
process.exitCode = await run(process.argv.slice(2));
