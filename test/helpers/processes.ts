import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** A process and all that descend from it, as `/proc` tells it now; zombies, which only wait to be reaped, are left out. */
export function processesOf(pid: number): number[] {
  const living = readdirSync('/proc').filter(isNumber).map(Number).flatMap(parentOf);
  const family = [pid];
  // The list grows while it is walked: children, then theirs.
  for (const member of family) {
    for (const { child, parent } of living) if (parent === member) family.push(child);
  }
  return family.filter(member => living.some(({ child }) => child === member));
}

/** Processes that inherited `name=value`, also those whose parent died: how what a killed run left behind is found. */
export function processesMarked(name: string, value: string): number[] {
  return readdirSync('/proc')
    .filter(isNumber)
    .map(Number)
    .filter(pid => environmentOf(pid).includes(`${name}=${value}`) && parentOf(pid).length > 0);
}

/** Waits until none of them lives any more (by mark, so that orphans count); rejects with those that are left. */
export async function waitForNoProcesses(find: () => number[], timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (let left = find(); left.length > 0; left = find()) {
    if (Date.now() > deadline)
      throw new Error(`still alive after ${timeoutMs} ms: ${left.map(describe).join(', ')}`);
    await delay(20);
  }
}

/** Whether the process lives; one that has ended and is not yet reaped does not. */
export function isRunning(pid: number): boolean {
  return parentOf(pid).length > 0;
}

/** The living children of a process, without theirs. */
export function childrenOf(pid: number): number[] {
  const living = readdirSync('/proc').filter(isNumber).map(Number).flatMap(parentOf);
  return living.filter(({ parent }) => parent === pid).map(({ child }) => child);
}

/** A process that was seen a moment ago may have ended since. */
export function killIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Whether the process has a handler of its own for a signal, as `/proc` tells. */
export function catches(pid: number, signal: NodeJS.Signals): boolean {
  const [, mask = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readProc(pid, 'status')) ?? [];
  return ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}

const isNumber = (name: string): boolean => /^\d+$/.test(name);

function parentOf(pid: number): { child: number; parent: number }[] {
  // The command's name, in brackets, may itself hold brackets and blanks: what counts stands after the last one.
  const [state, parent] = readProc(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
  if (state === undefined || parent === undefined || state === 'Z' || state === 'X') return [];
  return [{ child: pid, parent: Number(parent) }];
}

function environmentOf(pid: number): string[] {
  return readProc(pid, 'environ').split('\0');
}

function describe(pid: number): string {
  return `${pid} (${readProc(pid, 'cmdline').replaceAll('\0', ' ').trim()})`;
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return ''; // it ended meanwhile, or is not ours to look at
  }
}
