import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { inspect } from 'node:util';
import { codeOf } from '../../files/failure.js';
import { isStopSignal, type StopSignal } from './signals.js';

/** How the command ends: with a status, or by the signal that stopped it. */
export type Ending = number | StopSignal;

/** A stopped run ends by the signal itself: after a mere status, a shell's loop or script would go on. */
export function endingOf({ status, code }: { readonly status: number; readonly code?: string }): Ending {
  return isStopSignal(code) ? code : status;
}

/** Ends the command once nothing holds it any more; all that it started has ended by now. */
export function endAs(ending: Ending): void {
  if (typeof ending === 'number') {
    process.exitCode = ending;
    return;
  }
  // The first process of a container survives a signal that it does not handle.
  process.exitCode = 128 + constants.signals[ending];
  process.kill(process.pid, ending);
}

/** Those of the standard streams that were terminals when the command was started. */
const terminals = [0, 1, 2].filter(descriptor => isatty(descriptor));

/**
 * Before the end: Node gives terminals their settings back, and aborts where one has gone (SIGABRT, a core). koffi syncs
 * files that the output goes to, and waits for itself for ever where that fails for both of them.
 */
export function leaveStreams(): void {
  const files = OUTPUTS.filter(isFile);
  for (const descriptor of [...terminals.filter(isLostTerminal), ...files]) {
    try {
      closeSync(descriptor);
    } catch (error) {
      // A server or a quota may refuse only now what was written; the number is free all the same, see close(2).
      process.exitCode = 1;
      if (descriptor === 1)
        saySync(`folder-copy: standard output: cannot be written (${codeOf(error) ?? 'UNKNOWN'})\n`);
    }
    // Takes the number that has just become free.
    openSync('/dev/null', 'r+');
  }
}

/** Node writes what nobody has caught after the exit event, when a file that standard error went to has been left. */
export function sayUncaught(error: unknown): void {
  if (isFile(2)) saySync(`${inspect(error)}\n`);
}

/** Where that cannot be written either, there is nowhere to report it. */
function saySync(text: string): void {
  try {
    writeSync(2, text);
  } catch {}
}

const OUTPUTS = [1, 2];

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false; // Its file system has lost its connection.
  }
}

/** Whether it was a terminal, which has hung up since. */
export function isLostTerminal(descriptor: number): boolean {
  return terminals.includes(descriptor) && !isatty(descriptor);
}
