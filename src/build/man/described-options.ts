import type { CommandOption } from '../../cli/arguments/command-option.js';
import { COMMAND_OPTIONS, OPTION_GROUPS } from '../../cli/arguments/command-options.js';
import { OPTION_DETAILS } from './option-details.js';
import { sentence } from './sentence.js';

/** The options as the options page and the man page describe them. */
interface DescribedGroup {
  readonly heading: string;
  readonly options: readonly DescribedOption[];
}

interface DescribedOption {
  readonly flags: string;
  /** All there is to say, its default included; `code` is marked. */
  readonly text: string;
}

/** @throws if there are details of an option that does not exist */
export function describedOptions(): DescribedGroup[] {
  const names = new Set(COMMAND_OPTIONS.map(longName));
  const unknown = Object.keys(OPTION_DETAILS).filter(name => !names.has(name));
  if (unknown.length > 0) throw new Error(`details of no option: ${unknown.join(', ')}`);
  return OPTION_GROUPS.map(({ heading, options }) => ({
    heading,
    options: options.map(option => ({ flags: option.flags, text: describe(option) })),
  }));
}

function describe(option: CommandOption): string {
  const text = sentence(OPTION_DETAILS[longName(option)] ?? option.description);
  const byDefault = option.defaultWords ?? option.defaultValue;
  return byDefault === undefined ? text : `${text} Default: \`${byDefault}\`.`;
}

function longName({ flags }: CommandOption): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}
