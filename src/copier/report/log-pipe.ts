import { Socket } from 'node:net';
import type { Failure } from '../../files/failure.js';
import { openFifo } from './open-to-write.js';
import { lossOf, type SideFileKind } from './side-file.js';

/** A log that another program reads from a pipe; where that is slow, the run waits, and can be stopped all the same. */
export class LogPipe {
  readonly #socket: Socket;
  #buffer = '';
  #behind: Promise<void> | undefined;
  #isLost = false;
  #onLost: (failure: Failure) => void = () => {};

  /** @throws where nobody reads */
  constructor(path: string | Buffer, kind: SideFileKind) {
    this.#socket = new Socket({ fd: openFifo(path), readable: false, writable: true });
    this.#socket.on('error', error => {
      if (this.#isLost) return;
      this.#isLost = true;
      this.#onLost(lossOf(kind, path, error));
    });
  }

  onLost(listener: (failure: Failure) => void): void {
    this.#onLost = listener;
  }

  start(): void {}

  /** @returns while the reader is behind, a promise of when it has caught up */
  write(record: string): Promise<void> | undefined {
    if (this.#isLost) return undefined;
    this.#buffer += record;
    if (this.#buffer.length >= BUFFERED) this.flush();
    return this.#behind;
  }

  flush(): void {
    const text = this.#buffer;
    this.#buffer = '';
    if (text === '' || this.#isLost || this.#socket.write(text)) return;
    this.#behind ??= new Promise(resolve => {
      const caughtUp = () => {
        this.#behind = undefined;
        resolve();
      };
      this.#socket.once('drain', caughtUp).once('close', caughtUp);
    });
  }

  /** Waits until all is read, or the run is aborted and the reader takes nothing. @returns false in the latter case */
  async close(signal: AbortSignal | undefined): Promise<boolean> {
    this.flush();
    const closed = new Promise<boolean>(resolve => this.#socket.once('close', () => resolve(true)));
    if (this.#socket.closed) return true;
    this.#socket.end();
    const isTaken = await Promise.race([closed, impatient(signal)]);
    this.#socket.destroy();
    return isTaken;
  }

  discard(): void {
    this.#socket.destroy();
  }
}

const BUFFERED = 64 * 1024;

/** Resolves a little after the abort: the last words may still be read. */
function impatient(signal: AbortSignal | undefined): Promise<false> {
  return new Promise(resolve => {
    const giveUp = () => void setTimeout(() => resolve(false), PATIENCE_MS).unref();
    if (signal?.aborted) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
  });
}

const PATIENCE_MS = 1000;
