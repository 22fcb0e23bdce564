import { EXAMPLES, EXIT_STATUSES, SUMMARY } from '../../cli/arguments/manual.js';
import { version } from '../../version.js';
import { describedOptions } from './described-options.js';
import { bold, definition, flags, paragraph, section, subsection, title, verbatim } from './roff.js';
import { DESCRIPTION, ENVIRONMENT, FILES, SEE_ALSO } from './sections.js';
import { sentence } from './sentence.js';

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
  return describedOptions().flatMap(group => [
    subsection(group.heading),
    ...group.options.map(option => definition(flags(option.flags), option.text)),
  ]);
}
