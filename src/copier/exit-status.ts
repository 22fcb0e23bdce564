import type { StopReason } from './report/stop.js';

/**
 * What the command exits with.
 * @param reason why the run was stopped, if it was
 * @param isAllWell of a run that went to its end
 */
export function exitStatus(reason: StopReason | undefined, isAllWell: boolean): number {
  if (reason !== undefined) return SIGNAL_STATUS[reason.code] ?? 1;
  return isAllWell ? 0 : 1;
}

/** What a shell makes of a command that a signal ended. */
const SIGNAL_STATUS: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
