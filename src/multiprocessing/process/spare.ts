import type { ChildProcess } from 'node:child_process';
import { fork, type ProcessKind } from './fork.js';

/**
 * A process that is forked before it is known what for: a child takes as long to start as a program to load its
 * modules, so that both can happen at once. If nobody takes it, it ends with this process, which does not wait for it.
 */
export class Spare {
  readonly #child: ChildProcess;
  readonly #kind: string;
  readonly #onExit: () => void;
  #isTaken = false;

  constructor(kind: ProcessKind) {
    this.#child = fork(kind);
    this.#kind = JSON.stringify(kind);
    this.#onExit = () => void this.#child.kill('SIGKILL');
    process.once('exit', this.#onExit);
  }

  /** @returns undefined where it is of another kind, has been taken or has died */
  take(kind: ProcessKind): ChildProcess | undefined {
    if (this.#isTaken || this.#kind !== JSON.stringify(kind)) return undefined;
    this.#isTaken = true;
    const { connected, exitCode, signalCode } = this.#child;
    if (!connected || exitCode !== null || signalCode !== null) return undefined;
    process.removeListener('exit', this.#onExit);
    return this.#child;
  }
}
