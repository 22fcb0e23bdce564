import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeTree } from '../helpers/make-tree.js';
import { killIfThere, waitForNoProcesses } from '../helpers/processes.js';
import { type RunningCommand, startCommand } from '../helpers/run-command.js';

export interface Claimed {
  runId: string;
  host: string;
  boot: string;
  pidNamespace: string;
  pid: number;
  startTime?: string;
  workers: { pid: number; startTime?: string }[];
}

export const claimName = '.folder-copy.claim';

export function makePlaces(isStanding: boolean): { source: string; destination: string; root: string } {
  const source = makeTree([
    { path: 'a', kind: 'file', size: 300_000 },
    { path: 'b/c', kind: 'file', size: 300_000 },
  ]);
  const destination = join(dirname(source), 'copy');
  if (isStanding) mkdirSync(destination);
  return { source, destination, root: isStanding ? destination : `${destination}.partial` };
}

/** Starts a run that takes its time, and waits until it has workers. */
export async function startSlowly(
  source: string,
  destination: string,
  root: string,
): Promise<RunningCommand> {
  const run = startCommand(['--bwlimit', '20k', '--workers', '2', source, destination]);
  const deadline = Date.now() + 20_000;
  while (!existsSync(join(root, claimName)) || readClaim(root).workers.length === 0) {
    if (Date.now() > deadline) throw new Error('no worker was named');
    await delay(5);
  }
  return run;
}

/** What a run leaves of which nothing lives, with another claim in it. */
export async function makeDeadRun(
  isStanding: boolean,
  change: (claim: Claimed) => Claimed | string,
): Promise<ReturnType<typeof makePlaces>> {
  const places = makePlaces(isStanding);
  const run = await startSlowly(places.source, places.destination, places.root);
  for (const pid of run.processes()) killIfThere(pid, 'SIGKILL');
  await run.finished;
  await waitForNoProcesses(run.processes);
  const claim = change(readClaim(places.root));
  writeFileSync(
    join(places.root, claimName),
    typeof claim === 'string' ? claim : `${JSON.stringify(claim)}\n`,
  );
  return places;
}

export function readClaim(root: string): Claimed {
  return JSON.parse(readFileSync(join(root, claimName), 'utf8')) as Claimed;
}
