import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import {
  type CopyEvent,
  type CopyOptions,
  type CopyReport,
  copyFolder,
  PartialCopyError,
} from '../../src/index.js';
import { type CommandOptions, type CommandResult, runCommand } from './run-command.js';

export const isRoot = process.getuid?.() === 0;

/** A copy beside its source: its path and what the command said. */
export interface CommandCopy extends CommandResult {
  copy: string;
}

/** Runs the command on a tree; the copy is `copy` beside it unless told otherwise. */
export async function commandCopy(
  source: string,
  args: readonly string[] = [],
  options: CommandOptions & { copy?: string } = {},
): Promise<CommandCopy> {
  const { copy = join(dirname(source), 'copy'), ...rest } = options;
  return { copy, ...(await runCommand([...args, source, copy], rest)) };
}

/** The same, where all must go well and without a word. */
export async function wholeCopy(...args: Parameters<typeof commandCopy>): Promise<string> {
  const { copy, ...result } = await commandCopy(...args);
  expect(result).toMatchObject({ status: 0, stderr: '' });
  return copy;
}

/** What the library told of a copy. */
export interface ToldCopy {
  copy: string;
  report: CopyReport;
  events: CopyEvent[];
  /** how each entry came into the copy, and the code of each that failed, by path */
  how: Record<string, string>;
}

/** A copy made by the library, in this process, with all its events; entries that fail are told, not thrown. */
export async function toldCopy(
  source: string,
  options: CopyOptions = {},
  copy = join(dirname(source), 'copy'),
): Promise<ToldCopy> {
  const events: CopyEvent[] = [];
  const report = await copyFolder(source, copy, { ...options, onEvent: event => events.push(event) }).catch(
    (error: unknown) => {
      if (error instanceof PartialCopyError) return error.report;
      throw error;
    },
  );
  const how = Object.fromEntries(
    events.flatMap(event => {
      if (event.type === 'file') return [[event.path, event.how]];
      return event.type === 'error' ? [[event.path, event.code]] : [];
    }),
  );
  return { copy, report, events, how };
}
