import { COMMAND_OPTIONS, type CommandOption } from '../src/cli/command-options.js';
import { OPTION_DETAILS } from './option-details.js';

/** An option as README and man page show it. */
export interface FullOption extends CommandOption {
  /** All there is to say of it; `code` is marked. */
  readonly details: string;
}

/** @throws where details are told of an option that does not exist */
export function fullOptions(): FullOption[] {
  const names = new Set(COMMAND_OPTIONS.map(longName));
  const unknown = Object.keys(OPTION_DETAILS).filter(name => !names.has(name));
  if (unknown.length > 0) throw new Error(`details of no option: ${unknown.join(', ')}`);
  return COMMAND_OPTIONS.map(option => ({
    ...option,
    details: OPTION_DETAILS[longName(option)] ?? option.description,
  }));
}

/** The rows of the README's table. */
export function readmeRows(): string[] {
  return fullOptions().map(({ flags, details, defaultValue }) => {
    const meaning = details.replaceAll('|', '\\|');
    return `| \`${flags}\` | ${meaning} | ${defaultValue === undefined ? '' : `\`${defaultValue}\` `}|`;
  });
}

function longName({ flags }: CommandOption): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}
