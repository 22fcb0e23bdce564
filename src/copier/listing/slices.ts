import type { EventSink } from '../report/event-sink.js';

/** Cuts a long synchronous walk into slices, so that messages, signals and the bar get their turn in between. */
export class Slices {
  readonly #events: Pick<EventSink, 'drained'> | undefined;
  readonly #stop: Stopped | undefined;
  #steps = 0;
  #endsAtMs = performance.now() + SLICE_MS;

  /** @param events the walk goes on only when their consumer has dealt with them, or the run is stopped */
  constructor(events?: Pick<EventSink, 'drained'>, stop?: Stopped) {
    this.#events = events;
    this.#stop = stop;
  }

  get isOver(): boolean {
    return this.isOverAfter(1);
  }

  /** Whether it is after so many steps more. */
  isOverAfter(steps: number): boolean {
    this.#steps += steps;
    if (this.#steps < STEPS_A_LOOK) return false;
    this.#steps = 0;
    return performance.now() >= this.#endsAtMs;
  }

  /** Goes through the steps of something long, unless the run is stopped meanwhile. */
  async through<Step>(
    steps: Iterable<Step>,
    stop: Stopped,
    take: (step: Step) => void = () => {},
  ): Promise<void> {
    for (const step of steps) {
      take(step);
      if (this.isOver) await this.next();
      if (stop.isStopped) return;
    }
  }

  async next(): Promise<void> {
    await new Promise<void>(resolve => setImmediate(resolve));
    await this.#events?.drained(this.#stop);
    this.#endsAtMs = performance.now() + SLICE_MS;
  }
}

interface Stopped {
  readonly isStopped: boolean;
}

const SLICE_MS = 4;
/** A look at the clock costs a tenth of a step. */
const STEPS_A_LOOK = 8;
