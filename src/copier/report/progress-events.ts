import type { EventSink } from './event-sink.js';
import type { Tally } from './tally.js';

/**
 * Sends an event twice a second, from a run's `start` to its `end`, so that a long file is seen to move.
 * @returns stops that, also where the run has failed before its end
 */
export function tellProgress(events: EventSink, tally: Tally): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearInterval(timer);
  events.hear(({ type }) => {
    if (type === 'start') timer = setInterval(() => tell(events, tally), EVERY_MS).unref();
    if (type === 'end') stop();
  });
  return stop;
}

const EVERY_MS = 500;

function tell(events: EventSink, { finished, bytes, found, seconds }: Tally): void {
  // A reader that is behind gets the newest counts with its next event.
  if (events.isBehind) return;
  const { files, folders } = finished;
  const [listedFiles, listedBytes] = [found.files, found.bytes];
  events.tell({ type: 'progress', files, folders, bytes, listedFiles, listedBytes, seconds });
}
