import type { ChildProcess } from 'node:child_process';
import { fork, type ProcessKind } from './fork.js';

/** A child that nobody has asked anything of yet, and what it was forked as. */
export interface Spare {
  readonly child: ChildProcess;
  readonly kind: string;
  readonly onExit: () => void;
}

let spare: Spare | undefined;

/**
 * Fork a process before it is known what for: a child takes as long to start as a program to load its modules,
 * so that both can happen at once. If nobody takes it, it is ended with this process, which does not wait for it.
 */
export function forkAhead(kind: ProcessKind): Spare {
  const child = fork(kind);
  const onExit = () => void child.kill('SIGKILL');
  process.once('exit', onExit);
  return { child, kind: JSON.stringify(kind), onExit };
}

/** The first to ask for a process of this kind takes it. What forked it may be another copy of this module. */
export function offerForkedAhead(forked: Spare): void {
  spare = forked;
}

/** The process forked ahead, if it is of this kind and alive. */
export function takeForkedAhead(kind: ProcessKind): ChildProcess | undefined {
  if (spare === undefined || spare.kind !== JSON.stringify(kind)) return undefined;
  const { child, onExit } = spare;
  spare = undefined;
  if (!child.connected || child.exitCode !== null || child.signalCode !== null) return undefined;
  process.removeListener('exit', onExit);
  return child;
}
