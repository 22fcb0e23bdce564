import type { Failure } from '../../files/failure.js';
import { eventLine } from '../report/event-line.js';
import type { CopyEvent } from '../report/events.js';
import { openRecords, type Records } from './records.js';
import type { SideFileKind } from './side-file.js';
import type { SideEnd } from './side-pipe.js';

/** The events of a run as lines of JSON, in a file or a pipe. */
export class EventLog {
  readonly #file: Records;
  #isBegun = false;

  private constructor(file: Records) {
    this.#file = file;
  }

  /** @throws {RefusedError} where it cannot be written */
  static async open(path: string | Buffer): Promise<EventLog> {
    return new EventLog(await openRecords(path, LOG));
  }

  /** @param listener called once, when it cannot be written any more; the run goes on without it */
  onLost(listener: (failure: Failure) => void): void {
    this.#file.onLost(listener);
  }

  /** @returns where the reader of a pipe is behind, a promise of when it has caught up; so does `flush` */
  take(event: CopyEvent): Promise<void> | undefined {
    if (event.type === 'start') {
      this.#isBegun = true;
      this.#file.start();
    }
    const behind = this.#file.write(`${eventLine(event)}\n`);
    // A look at it meanwhile, or after a kill, shows how things were half a second ago.
    return (FLUSHED.has(event.type) ? this.#file.flush() : behind) ?? undefined;
  }

  flush(): Promise<void> | undefined {
    return this.#file.flush() ?? undefined;
  }

  /**
   * A run that was refused leaves none.
   * @param signal once it is aborted, nothing waits for a slow reader
   */
  async close(signal: AbortSignal | undefined): Promise<SideEnd> {
    if (this.#isBegun) return (await this.#file.close(signal)) ?? TAKEN;
    this.#file.discard();
    return TAKEN;
  }
}

const TAKEN: SideEnd = { kind: 'taken' };
const LOG: SideFileKind = { option: 'log', encoding: 'utf8', ending: '\n' };
const FLUSHED = new Set<CopyEvent['type']>(['start', 'listed', 'progress', 'end']);
