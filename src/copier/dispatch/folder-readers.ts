import type { Failure } from '../../files/failure.js';
import type { FolderReading, FolderRequest } from '../../protocol/readings.js';
import { type BatchLostError, type Hands, isBatchLost } from './hands.js';

/** What a `FolderReaders` asks of whoever hands out all other work. */
interface ReadersParts {
  readonly hands: Hands;
  /** Tries beyond the first. */
  readonly retries: number;
  /** A worker was lost. @returns what has befallen what it was at */
  readonly lost: (error: BatchLostError) => Failure;
  /** The workers are others than before. */
  readonly changed: () => void;
}

/** Has folders read by the workers, some in one message: more calls are under way then than there are workers. */
export class FolderReaders {
  readonly #parts: ReadersParts;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;
  #isEnded = false;

  constructor(parts: ReadersParts) {
    this.#parts = parts;
  }

  /** @returns once it has been read, or cannot be; pending for ever where the workers have been ended */
  read(request: FolderRequest): Promise<FolderReading> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, tries: 1, resolve, reject });
      // What is asked for at the same time goes together.
      queueMicrotask(() => this.#send());
    });
  }

  end(): void {
    this.#isEnded = true;
  }

  #send(): void {
    if (this.#isEnded) return;
    const { hands, changed } = this.#parts;
    const { workers } = hands;
    while (this.#waiting.length > hands.workers * WORTH_A_WORKER && hands.workers < hands.size) {
      const before = hands.workers;
      hands.grow();
      if (hands.workers === before) break;
    }
    if (hands.workers !== workers) changed();
    while (this.#waiting.length > 0 && this.#underWay < Math.max(hands.workers, 1) * MESSAGES_A_WORKER) {
      void this.#run(this.#waiting.splice(0, FOLDERS_A_MESSAGE));
    }
  }

  async #run(sent: readonly Waiting[]): Promise<void> {
    this.#underWay += 1;
    try {
      const readings = await this.#parts.hands.read(sent.map(({ request }) => request));
      for (const [index, reading] of readings.entries()) sent[index]?.resolve(reading);
    } catch (error) {
      this.#fail(sent, error);
    }
    this.#underWay -= 1;
    this.#send();
  }

  #fail(sent: readonly Waiting[], error: unknown): void {
    if (this.#isEnded) return;
    if (!isBatchLost(error)) {
      for (const { reject } of sent) reject(error);
      return;
    }
    const failure = this.#parts.lost(error);
    for (const { request, tries, resolve, reject } of sent) {
      if (tries > this.#parts.retries) resolve({ kind: 'failed', failure });
      else this.#waiting.push({ request: { ...request, again: true }, tries: tries + 1, resolve, reject });
    }
  }
}

interface Waiting {
  readonly request: FolderRequest;
  readonly tries: number;
  readonly resolve: (reading: FolderReading) => void;
  readonly reject: (error: unknown) => void;
}

/** Each has two folders open at a time: with all else, a worker stays below `ulimit -n 64`. */
const FOLDERS_A_MESSAGE = 8;
/** So that a worker never waits for the next. */
export const MESSAGES_A_WORKER = 2;
/** One reads many folders in the time in which another starts. */
const WORTH_A_WORKER = 100;
