import { Command, Option } from 'commander';
import { version } from '../version.js';
import { COMMAND_OPTIONS } from './command-options.js';
import { escapeText } from './escape.js';

/** The command line's grammar; parsing and what follows is up to the caller. */
export function makeProgram(): Command {
  const program = new Command('folder-copy')
    .description('Copies a folder with a fixed pool of worker processes.')
    .argument('[src]', 'the folder to copy; asked for at a terminal')
    .argument('[dest]', 'becomes the copy; default: <src>[副本] beside the source')
    .allowExcessArguments(false)
    .configureOutput({ outputError: (text, write) => write(`folder-copy: ${asLine(text)}\n`) })
    .exitOverride();
  for (const { flags, description, defaultValue, choices, conflicts, parse } of COMMAND_OPTIONS) {
    const option = new Option(flags, description);
    if (defaultValue !== undefined) option.default(defaultValue);
    if (choices !== undefined) option.choices(choices);
    if (conflicts !== undefined) option.conflicts([...conflicts]);
    if (parse !== undefined) option.argParser(parse);
    program.addOption(option);
  }
  return program
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help');
}

/** Commander's complaints quote the user's words as they came, and suggest on a second line. */
function asLine(complaint: string): string {
  const [, words = complaint] = /^(?:error: )?(.*?)\n?$/s.exec(complaint) ?? [];
  return escapeText(words.replace('\n(Did you mean', ' (Did you mean'));
}
