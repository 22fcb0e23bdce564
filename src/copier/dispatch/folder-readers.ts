import type { Failure } from '../../files/failure.js';
import { type BatchLostError, type Company, type Hands, isBatchLost } from './hands.js';

/** What a `FolderReaders` asks of whoever hands out all other work. */
interface ReadersParts<Request, Reading> {
  readonly hands: Hands;
  /** Has a worker read some. @throws {BatchLostError} */
  readonly send: (
    requests: readonly Request[],
    company: Company,
  ) => Promise<readonly (Reading | FailedReading)[]>;
  /** How many are worth another worker. */
  readonly worthAWorker: number;
  /** Tries beyond the first. */
  readonly retries: number;
  /** A worker was lost. @returns undefined where the run is stopped for that */
  readonly lost: (error: BatchLostError) => LostReading | undefined;
  /** The workers are others than before. */
  readonly changed: () => void;
}

export interface LostReading {
  /** What has befallen what the worker was at. */
  readonly failure: Failure;
  /** Whether it may have begun with that, or nothing is tried again. */
  readonly isTried: boolean;
}

interface FailedReading {
  readonly kind: 'failed';
  readonly failure: Failure;
}

/**
 * Has folders read by the workers, some in one message: more calls are under way then than there are workers. What a
 * worker was lost with is read once more by itself, so that what is deadly harms no other.
 */
export class FolderReaders<Request extends object, Reading> {
  readonly #parts: ReadersParts<Request, Reading>;
  readonly #waiting: Waiting<Request, Reading>[] = [];
  #underWay = 0;
  #isEnded = false;

  constructor(parts: ReadersParts<Request, Reading>) {
    this.#parts = parts;
  }

  /** @returns once it has been read, or cannot be; pending for ever where the workers have been ended */
  read(request: Request): Promise<Reading | FailedReading> {
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
    const { hands, changed, worthAWorker } = this.#parts;
    const { workers } = hands;
    while (this.#waiting.length > hands.workers * worthAWorker && hands.workers < hands.size) {
      const before = hands.workers;
      hands.grow();
      if (hands.workers === before) break;
    }
    if (hands.workers !== workers) changed();
    while (this.#waiting.length > 0 && this.#underWay < Math.max(hands.workers, 1) * MESSAGES_A_WORKER) {
      void this.#runBeside(this.#waiting.splice(0, FOLDERS_A_MESSAGE));
    }
  }

  async #runBeside(sent: readonly Waiting<Request, Reading>[]): Promise<void> {
    this.#underWay += 1;
    await this.#run(sent, 'beside others');
    this.#underWay -= 1;
    this.#send();
  }

  async #run(sent: readonly Waiting<Request, Reading>[], company: Company): Promise<void> {
    try {
      const requests = sent.map(({ request }) => request);
      const readings = await this.#parts.send(requests, company);
      for (const [index, reading] of readings.entries()) sent[index]?.resolve(reading);
    } catch (error) {
      this.#fail(sent, company, error);
    }
  }

  #fail(sent: readonly Waiting<Request, Reading>[], company: Company, error: unknown): void {
    if (this.#isEnded) return;
    if (!isBatchLost(error)) {
      for (const { reject } of sent) reject(error);
      return;
    }
    const lost = this.#parts.lost(error);
    if (lost === undefined) return;
    const { failure, isTried } = lost;
    for (const { request, tries, resolve, reject } of sent) {
      // Whose doing it was is known only of one that was alone.
      if (company === 'alone' && isTried && tries > this.#parts.retries) resolve({ kind: 'failed', failure });
      else {
        const again = {
          request: { ...request, again: true },
          tries: tries + Number(isTried),
          resolve,
          reject,
        };
        void this.#run([again], 'alone');
      }
    }
  }
}

interface Waiting<Request, Reading> {
  readonly request: Request;
  readonly tries: number;
  readonly resolve: (reading: Reading | FailedReading) => void;
  readonly reject: (error: unknown) => void;
}

/** Each has two folders open at a time: with all else, a worker stays below `ulimit -n 64`. */
const FOLDERS_A_MESSAGE = 8;
/** So that a worker never waits for the next. */
const MESSAGES_A_WORKER = 2;
