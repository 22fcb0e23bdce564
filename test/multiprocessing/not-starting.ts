import { mkdirSync } from 'node:fs';
import { serve } from '../../src/multiprocessing/index.js';

// A program for a pool's workers of which only some start: as many as there are places, folders that can be made.

if (takePlace()) serve({ pidAfter });
else fail();

async function pidAfter(ms: number): Promise<number> {
  await new Promise(resolve => setTimeout(resolve, ms));
  return process.pid;
}

function takePlace(): boolean {
  const { PLACES: places = '0', PLACE: place = '' } = process.env;
  for (let number = 0; number < Number(places); number += 1) {
    try {
      mkdirSync(`${place}/${number}`);
      return true;
    } catch {
      // somebody has it
    }
  }
  return false;
}

function fail(): void {
  const { HOW: how = 'hang' } = process.env;
  if (how === 'exit') process.exit(7);
  if (how === 'abort') process.kill(process.pid, 'SIGABRT');
  // As Node does in its own start where it gets no thread.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
