import { keepMemoryForWaiting } from '../files/system/libc.js';
import { lightenEngineLater } from '../light-engine.js';
import { serve } from '../multiprocessing/child/serve.js';
import { Stopped } from './context/stopped.js';
import { workerTasks } from './copy-batch.js';

// The program of a copy worker. With all that it needs in one file it starts in half the time.

lightenEngineLater();
keepMemoryForWaiting();
// What it has finished by then is reported before it ends.
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort(new Stopped('the worker was told to stop')));
serve(workerTasks(stop.signal), stop.signal);
