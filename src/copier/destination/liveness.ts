import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

/** A process, named so that no later one can be taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since the machine's start, from `/proc`; undefined where that cannot be told. */
  readonly startTime?: string;
}

/** Where a process lives: two with different places cannot see each other. */
export interface Machine {
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

/** Whether a process of this machine and pid namespace still lives; in doubt, it does. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  if (startTime !== undefined) return startTimeOf(pid) === startTime;
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
  // Without an id: the minute of the start, as the clock may be set a little meanwhile.
  const minute = Math.round((Date.now() / 1000 - uptime()) / 60);
  return readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? `minute ${minute}`;
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
