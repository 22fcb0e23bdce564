import { codeOf } from '../files/failure.js';
import { EventLog } from './report/event-log.js';
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
      let isLogTaken = true;
      let report: Report;
      try {
        report = await run(request, tally);
        await events.drained();
      } finally {
        stopTelling();
        isLogTaken = (await eventLog?.close(signal)) ?? true;
      }
      return isLogTaken ? report : { ...report, ...stoppedBy(signal) };
    },
  };
}

/** The copy may be whole by then: what the log's reader had not taken is lost. */
function stoppedBy(signal: AbortSignal | undefined): Pick<CopyReport, 'status' | 'code' | 'message'> {
  const code = codeOf(signal?.reason) ?? 'ABORTED';
  const message = 'stopped before the reader of the log had taken all of it';
  return { status: exitStatus({ code, message }, false), code, message };
}
