import type { Failure } from '../../files/failure.js';
import type { CopyEvent } from './events.js';
import type { LogEnd, LogPipe } from './log-pipe.js';
import { isFifo } from './open-to-write.js';
import { refusedUnless, SideFile, type SideFileKind } from './side-file.js';

/** The events of a run as lines of JSON, in a file or a pipe. */
export class EventLog {
  readonly #file: SideFile | LogPipe;
  #isBegun = false;

  private constructor(file: SideFile | LogPipe) {
    this.#file = file;
  }

  /** @throws {RefusedError} where it cannot be written */
  static async open(path: string | Buffer): Promise<EventLog> {
    if (!refusedUnless(LOG, path, () => isFifo(path))) return new EventLog(new SideFile(path, LOG));
    const { LogPipe } = await import('./log-pipe.js');
    return new EventLog(refusedUnless(LOG, path, () => new LogPipe(path, LOG)));
  }

  /** @param listener called once, when it cannot be written any more; the run goes on without it */
  onLost(listener: (failure: Failure) => void): void {
    this.#file.onLost(listener);
  }

  /** @returns where the reader of a pipe is behind, a promise of when it has caught up */
  take(event: CopyEvent): Promise<void> | undefined {
    if (event.type === 'start') {
      this.#isBegun = true;
      this.#file.start();
    }
    const behind = this.#file.write(`${JSON.stringify(event)}\n`);
    // A look at it meanwhile, or after a kill, shows how things were half a second ago.
    if (FLUSHED.has(event.type)) this.#file.flush();
    return behind ?? undefined;
  }

  flush(): void {
    this.#file.flush();
  }

  /**
   * A run that was refused leaves none.
   * @param signal once it is aborted, nothing waits for a slow reader
   */
  async close(signal: AbortSignal | undefined): Promise<LogEnd> {
    if (this.#isBegun) return (await this.#file.close(signal)) ?? TAKEN;
    this.#file.discard();
    return TAKEN;
  }
}

const TAKEN: LogEnd = { kind: 'taken' };
const LOG: SideFileKind = { option: 'log', encoding: 'utf8', ending: '\n' };
const FLUSHED = new Set<CopyEvent['type']>(['start', 'listed', 'progress', 'end']);
