import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

/** A process, named so that no later one can be taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since the machine's start, from `/proc`; undefined where that cannot be told. */
  readonly startTime?: string;
}

/** Where a process lives: two with different places cannot see each other. */
interface Machine {
  readonly host: string;
  /** Changes with each start of the machine. */
  readonly boot: string;
  readonly pidNamespace: string;
}

export function thisMachine(): Machine {
  return { host: hostname(), boot: bootId(), pidNamespace: pidNamespace() };
}

export function identityOf(pid: number): ProcessIdentity {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? { pid } : { pid, startTime };
}

/** Whether two starts of a machine are the same one; undefined where they are told by different means. */
export function isSameBoot(one: string, other: string): boolean | undefined {
  const [minute, otherMinute] = [minuteOf(one), minuteOf(other)];
  if (minute === undefined && otherMinute === undefined) return one === other;
  if (minute === undefined || otherMinute === undefined) return undefined;
  return Math.abs(minute - otherMinute) <= MINUTES_APART;
}

/**
 * The clock may be set a little meanwhile. A machine that starts twice in that time is taken for one: at worst a
 * claim is refused.
 */
const MINUTES_APART = 1;

/** Whether a process of this machine and pid namespace is still running; in doubt, it is. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  // Without `/proc` all that can be told is whether there is a process of this number.
  if (startTime !== undefined && startTimeOf(process.pid) !== undefined)
    return startTimeOf(pid) === startTime;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** Field 22 of `/proc/PID/stat`, counted behind the command's name, which may hold anything; zombies are dead. */
function startTimeOf(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function bootId(): string {
  const minute = Math.round((Date.now() / 1000 - uptime()) / 60);
  return readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? `${MINUTE}${minute}`;
}

/** Begins the id of a boot that has none of its own; the minute of the machine's start follows. */
const MINUTE = 'minute ';

function minuteOf(boot: string): number | undefined {
  return boot.startsWith(MINUTE) ? Number(boot.slice(MINUTE.length)) : undefined;
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return 'unknown';
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
