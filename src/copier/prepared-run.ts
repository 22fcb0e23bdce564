import { EventLog } from './records/event-log.js';
import type { SideEnd } from './records/side-pipe.js';
import type { CopyReport } from './report/events.js';
import { tellProgress } from './report/progress-events.js';
import { exitStatus } from './report/stop.js';
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
      let logEnd: SideEnd | undefined;
      let report: Report;
      let isThrough = false;
      try {
        report = await run(request, tally);
        if (report.code === undefined) {
          await events.drained();
          isThrough = true;
        }
      } finally {
        stopTelling();
        // A reader that takes nothing holds up no run that has failed or been stopped.
        logEnd = await eventLog?.close(isThrough ? signal : AbortSignal.abort());
      }
      await events.drained();
      return { ...report, ...withoutLog(report, logEnd) };
    },
  };
}

/** The copy may be whole by then, but what the log's reader had not taken is lost. */
function withoutLog(
  { status, code }: CopyReport,
  end: SideEnd | undefined,
): Partial<Pick<CopyReport, 'status' | 'code' | 'message'>> {
  // Why the run was stopped says more.
  if (end?.kind === 'aborted' && code === undefined)
    return { ...end.reason, status: exitStatus(end.reason, false) };
  // A loss in the middle of the run has been reported as it came.
  return end?.kind === 'lost' && status === 0 ? { status: 1, ...end.failure } : {};
}
