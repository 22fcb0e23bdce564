import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * When a member of a fleet was last sure to be part of its run: a small file that the member writes, and its workers
 * look at before they make anything. One that was stopped for a while sees by it that others may have its work by now.
 */
export class BeatWriter {
  readonly #descriptor = openNameless();

  /** By which other processes of this machine open it. It has no name, so that it is gone with this process. */
  get path(): string {
    return `/proc/${process.pid}/fd/${this.#descriptor}`;
  }

  /** @param moment that of the last question which was answered */
  write(moment: Moment): void {
    const { steady, wall } = moment;
    writeSync(this.#descriptor, Buffer.from(Float64Array.of(steady, wall).buffer), 0, BEAT_BYTES, 0);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function openNameless(): number {
  const path = join(tmpdir(), `folder-copy-${randomBytes(8).toString('hex')}`);
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  unlinkSync(path);
  return descriptor;
}

export class BeatReader {
  readonly #descriptor: number;
  readonly #read = new Float64Array(2);

  constructor(path: string) {
    this.#descriptor = openSync(path, constants.O_RDONLY);
  }

  /** Whether the beat is so young that nobody else has this member's work. */
  isFresh(): boolean {
    const bytes = readSync(this.#descriptor, this.#read, 0, BEAT_BYTES, 0);
    const [steady = 0, wall = 0] = this.#read;
    return bytes === BEAT_BYTES && ageOf({ steady, wall }) < LEASE_MS;
  }
}

/** By both clocks of a machine, in milliseconds: one stands still while it sleeps, the other can be set. */
export interface Moment {
  /** The same in all processes. */
  readonly steady: number;
  readonly wall: number;
}

export function momentNow(): Moment {
  return { steady: Number(process.hrtime.bigint() / 1_000_000n), wall: Date.now() };
}

/** Milliseconds that have passed since, by the clock that says more. */
export function ageOf({ steady, wall }: Moment): number {
  const now = momentNow();
  return Math.max(now.steady - steady, now.wall - wall);
}

/** For so long a member is sure of its part: half of what the run waits before it gives its work to others. */
export const LEASE_MS = 10_000;

const BEAT_BYTES = 16;
