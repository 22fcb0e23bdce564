import { EventLog } from './report/event-log.js';
import type { CopyReport } from './report/events.js';
import { tellProgress } from './report/progress-events.js';
import { Tally } from './report/tally.js';
import type { Request } from './request/request.js';

/** A run that is checked, and only has to be started. */
export interface PreparedRun<Report extends CopyReport = CopyReport> {
  /** Kept up to date while it runs. */
  readonly tally: Tally;
  /** @returns the report, once all events have been dealt with */
  run(): Promise<Report>;
}

export function prepared<Report extends CopyReport>(
  request: Request,
  run: (request: Request, tally: Tally) => Promise<Report>,
): PreparedRun<Report> {
  const tally = new Tally();
  return {
    tally,
    run: async () => {
      const { events, log, signal } = request.settings;
      const eventLog = log === undefined ? undefined : await EventLog.open(log);
      if (eventLog !== undefined) events.logTo(eventLog);
      const stopTelling = tellProgress(events, tally);
      try {
        const report = await run(request, tally);
        await events.drained();
        return report;
      } finally {
        stopTelling();
        await eventLog?.close(signal);
      }
    },
  };
}
