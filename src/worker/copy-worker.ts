import { lightenEngineLater } from '../light-engine.js';
import { serve } from '../multiprocessing/child/serve.js';
import { workerTasks } from './copy-batch.js';

// The program of a copy worker. With all that it needs in one file it starts in half the time.

lightenEngineLater();
serve(workerTasks());
