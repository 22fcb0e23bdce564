import { Socket } from 'node:net';
import { codeOf, type Failure } from '../../files/failure.js';
import type { StopReason } from '../report/stop.js';
import { openFifo } from './open-to-write.js';
import { lossOf, SIDE_FILE_NAMES, type SideFileKind } from './side-file.js';

/** What has become of the last records of a file beside the copy. */
export type SideEnd =
  | { readonly kind: 'taken' }
  | { readonly kind: 'aborted'; readonly reason: StopReason }
  | { readonly kind: 'lost'; readonly failure: Failure };

/** Records that another program reads from a pipe; where that is slow, the run waits, and can be stopped all the same. */
export class SidePipe {
  readonly #socket: Socket;
  readonly #kind: SideFileKind;
  readonly #closed: Promise<void>;
  #buffer = '';
  /** Until the last record that was handed over has been taken, or is lost. */
  #behind: Promise<void> | undefined;
  #loss: Failure | undefined;
  #onLost: (failure: Failure) => void = () => {};

  /** @throws where nobody reads */
  constructor(path: string | Buffer, kind: SideFileKind) {
    this.#kind = kind;
    this.#socket = new Socket({ fd: openFifo(path), readable: false, writable: true });
    this.#closed = new Promise(resolve => this.#socket.once('close', () => resolve()));
    this.#socket.on('error', error => {
      if (this.#loss !== undefined) return;
      this.#loss = lossOf(kind, path, error);
      this.#onLost(this.#loss);
    });
  }

  onLost(listener: (failure: Failure) => void): void {
    this.#onLost = listener;
  }

  start(): void {}

  /** @returns while the reader is behind, a promise of when it has caught up */
  write(record: string): Promise<void> | undefined {
    if (this.#loss !== undefined) return undefined;
    this.#buffer += record;
    return this.#buffer.length >= BUFFERED ? this.flush() : this.#behind;
  }

  /** @returns where the reader is behind, a promise of when it has taken all so far, or the loss of it has been told */
  flush(): Promise<void> | undefined {
    const text = this.#buffer;
    this.#buffer = '';
    if (text === '' || this.#loss !== undefined) return this.#behind;
    const taken = new Promise<void>(resolve => {
      // The error is told only after this, and before the end.
      const settle = (error?: Error | null) => (error ? void this.#closed.then(resolve) : resolve());
      this.#socket.write(text, this.#kind.encoding, settle);
    });
    this.#behind = taken;
    void taken.then(() => {
      if (this.#behind === taken) this.#behind = undefined;
    });
    return taken;
  }

  /** Waits until all is read, or the run is aborted and the reader takes nothing. */
  async close(signal: AbortSignal | undefined): Promise<SideEnd> {
    void this.flush();
    if (!this.#socket.closed) {
      this.#socket.end();
      const isTaken = await inTime(this.#closed, signal);
      this.#socket.destroy();
      if (!isTaken) {
        const code = codeOf(signal?.reason) ?? 'ABORTED';
        const message = `stopped before the reader of ${SIDE_FILE_NAMES[this.#kind.option]} had taken all of it`;
        return { kind: 'aborted', reason: { code, message } };
      }
    }
    return this.#loss === undefined ? { kind: 'taken' } : { kind: 'lost', failure: this.#loss };
  }

  discard(): void {
    this.#socket.destroy();
  }
}

const BUFFERED = 64 * 1024;

/** @returns false where the run is aborted and a little later it has not come: the last words may still be read */
function inTime(closed: Promise<void>, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise(resolve => {
    const giveUp = () => void setTimeout(() => resolve(false), PATIENCE_MS).unref();
    if (signal?.aborted) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
    void closed.then(() => {
      signal?.removeEventListener('abort', giveUp);
      resolve(true);
    });
  });
}

const PATIENCE_MS = 1000;
