import { mkdirSync, readdirSync } from 'node:fs';
import { serve } from '../../src/multiprocessing/index.js';

// A program for a pool's workers of which only some start: as many as there are places, folders that can be made.

if (takePlace()) serve({ pidAfter, pidTogether });
else fail();

async function pidAfter(ms: number): Promise<number> {
  await new Promise(resolve => setTimeout(resolve, ms));
  return process.pid;
}

/** Waits for all others that can start: none does all the work before the others are there. */
async function pidTogether(): Promise<number> {
  const { PLACES: places = '0', PLACE: place = '' } = process.env;
  while (readdirSync(place).length < Number(places)) await new Promise(resolve => setTimeout(resolve, 5));
  await new Promise(resolve => setTimeout(resolve, 20));
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
