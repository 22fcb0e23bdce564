import { serve } from '../../src/multiprocessing/index.js';

// A program for a pool's workers that has their tasks in it.

let runs = 0;

serve({ countRuns: () => ++runs });
