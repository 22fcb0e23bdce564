import { Command, Option } from 'commander';
import { version } from '../version.js';
import { COMMAND_OPTIONS } from './command-options.js';

/** The command line's grammar; parsing and what follows is up to the caller. */
export function makeProgram(): Command {
  const program = new Command('folder-copy')
    .description('Copies a folder with a fixed pool of worker processes.')
    .argument('[src]', 'the folder to copy; asked for at a terminal')
    .argument('[dest]', 'becomes the copy; default: <src>[副本] beside the source')
    .allowExcessArguments(false)
    .exitOverride();
  for (const { flags, description, defaultValue, choices, parse } of COMMAND_OPTIONS) {
    const option = new Option(flags, description);
    if (defaultValue !== undefined) option.default(defaultValue);
    if (choices !== undefined) option.choices(choices);
    if (parse !== undefined) option.argParser(parse);
    program.addOption(option);
  }
  return program
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help');
}
