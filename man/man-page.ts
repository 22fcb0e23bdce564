import { OPTION_GROUPS } from '../src/cli/command-options.js';
import { EXAMPLES, EXIT_STATUSES, SUMMARY } from '../src/cli/manual.js';
import { version } from '../src/version.js';
import { fullOptions } from './full-options.js';
import { bold, definition, flags, paragraph, section, subsection, title, verbatim } from './roff.js';
import { DESCRIPTION, ENVIRONMENT, FILES, SEE_ALSO } from './sections.js';

/** The man page, as roff. */
export function manPage(): string {
  return `${[
    title('folder-copy', 1, `folder-copy ${version}`),
    section('Name'),
    `folder\\-copy \\- ${SUMMARY}`,
    section('Synopsis'),
    `${bold('folder-copy')} [\\fIoptions\\fR] [\\fIsrc\\fR [\\fIdest\\fR]]`,
    section('Description'),
    ...DESCRIPTION.map(paragraph),
    section('Options'),
    ...options(),
    section('Exit status'),
    ...EXIT_STATUSES.map(([status, says]) => definition(bold(status), sentence(says))),
    section('Environment'),
    ...ENVIRONMENT.map(([name, says]) => definition(bold(name), says)),
    section('Files'),
    ...FILES.map(([name, says]) => definition(flags(name), says)),
    section('Examples'),
    ...EXAMPLES.flatMap(([command, does]) => [paragraph(sentence(does)), verbatim(command)]),
    section('See also'),
    ...SEE_ALSO.map(paragraph),
  ].join('\n')}\n`;
}

function options(): string[] {
  const details = new Map(fullOptions().map(option => [option.flags, option.details]));
  return OPTION_GROUPS.flatMap(group => [
    subsection(group.heading),
    ...group.options.map(option => {
      const { flags: words, defaultValue } = option;
      const standard = defaultValue === undefined ? '' : ` Default: \`${defaultValue}\`.`;
      return definition(flags(words), sentence(details.get(words) ?? option.description) + standard);
    }),
  ]);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.…]$/.test(text) ? '' : '.'}`;
}
