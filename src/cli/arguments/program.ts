import { Command, type Help, Option } from 'commander';
import { version } from '../../version.js';
import { printLine } from '../output/print-line.js';
import { escapeText } from '../text/escape.js';
import type { CommandOption } from './command-option.js';
import { HELP_OPTION, OPTION_GROUPS, VERSION_OPTION } from './command-options.js';
import { EXAMPLES, EXIT_STATUSES, SUMMARY } from './manual.js';

/**
 * The command line's grammar; parsing and what follows is up to the caller.
 * @param print takes help and version, for standard output
 */
export function makeProgram(print: (text: string) => void): Command {
  const program = new Command('folder-copy')
    .description(`folder-copy ${SUMMARY}.`)
    .argument('[src]', 'the folder to copy; if left out at a terminal, you are asked for it')
    .argument('[dest]', 'becomes the copy, whether or not it exists; default: <src>[副本]')
    .allowExcessArguments(false)
    .configureOutput({ writeOut: print, outputError: text => printLine(`folder-copy: ${asLine(text)}`) })
    .addHelpText('after', ({ command }) => footer(command.createHelp()))
    .exitOverride();
  for (const { heading, options } of OPTION_GROUPS) {
    program.optionsGroup(`${heading}:`);
    for (const option of options) addOption(program, option);
  }
  return program;
}

function addOption(program: Command, option: CommandOption): void {
  const { flags, defaultValue, defaultWords, choices, conflicts, parse } = option;
  const description = option.description + (defaultWords === undefined ? '' : ` (default: ${defaultWords})`);
  if (option === VERSION_OPTION) {
    program.version(version, flags, description);
    return;
  }
  if (option === HELP_OPTION) {
    program.helpOption(flags, description);
    return;
  }
  const added = new Option(flags, description);
  if (defaultValue !== undefined) added.default(defaultValue);
  if (choices !== undefined) added.choices(choices);
  if (conflicts !== undefined) added.conflicts([...conflicts]);
  if (parse !== undefined) added.argParser(parse);
  program.addOption(added);
}

function footer(help: Help): string {
  help.prepareContext({ helpWidth: process.stdout.columns });
  const statusWidth = Math.max(...EXIT_STATUSES.map(([status]) => status.length));
  const statuses = EXIT_STATUSES.map(([status, says]) => help.formatItem(status, statusWidth, says, help));
  const examples = EXAMPLES.flatMap(([command, does]) => [`  ${command}`, `      ${does}`]);
  return ['', 'Exit status:', ...statuses, '', 'Examples:', ...examples].join('\n');
}

/**
 * Commander's errors quote the user's words unescaped, and put a suggestion on a second line. Without one, the error
 * points to `--help`.
 */
function asLine(complaint: string): string {
  const [, words = complaint] = /^(?:error: )?(.*?)\n?$/s.exec(complaint) ?? [];
  const line = escapeText(words.replace('\n(Did you mean', ' (Did you mean'));
  return /[.)]$/.test(line) ? line : `${line}; see folder-copy --help`;
}
