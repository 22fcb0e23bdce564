import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { makeTree } from '../helpers/make-tree.js';
import { killIfThere, waitForNoProcesses } from '../helpers/processes.js';
import { type CommandResult, runCommand, startCommand } from '../helpers/run-command.js';

export interface Places {
  source: string;
  destination: string;
  partial: string;
}

export function makePlaces(destination?: string): Places {
  const source = makeTree([
    ...Array.from({ length: 60 }, (_, n) => ({ path: `${n}`, kind: 'file', size: 3000 + n }) as const),
    ...Array.from({ length: 60 }, (_, n) => ({ path: `folder/${n}`, kind: 'file', size: 3000 + n }) as const),
    { path: 'link', kind: 'link', target: '7' },
    { path: 'linked', kind: 'hardlink', to: '8' },
    { path: 'folder/linked', kind: 'hardlink', to: 'folder/9' },
  ]);
  const place = destination ?? join(dirname(source), 'copy');
  return { source, destination: place, partial: `${place}.partial` };
}

/** A copy of which all was killed, with some files finished and some not. */
export async function makeInterrupted(
  options: readonly string[] = [],
  destination?: string,
): Promise<Places> {
  const places = makePlaces(destination);
  const run = startCommand(['--bwlimit', '40k', ...options, places.source, places.destination]);
  const deadline = Date.now() + 30_000;
  while (!existsSync(places.partial) || finishedIn(places).length < 5) {
    if (Date.now() > deadline) throw new Error('nothing is finished');
    await new Promise(resolve => setTimeout(resolve, 3));
  }
  for (const pid of run.processes()) killIfThere(pid, 'SIGKILL');
  await run.finished;
  await waitForNoProcesses(run.processes);
  expect(existsSync(places.destination)).toBe(false);
  return places;
}

/** Files of the root that have their size and time. */
export function finishedIn({ source, partial }: Places): string[] {
  return readdirSync(partial).filter(name => {
    if (!/^\d+$/.test(name) || name === '8') return false;
    const [from, to] = [join(source, name), join(partial, name)].map(path =>
      statSync(path, { bigint: true }),
    );
    return from?.size === to?.size && from?.mtimeNs === to?.mtimeNs;
  });
}

export function copy({ source, destination }: Places, ...options: string[]): Promise<CommandResult> {
  return runCommand([...options, source, destination]);
}
