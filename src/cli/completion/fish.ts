import type { Argument, CompletedOption } from './option-words.js';

/** The completion script for fish. */
export function fishScript(options: readonly CompletedOption[]): string {
  return `# In ~/.config/fish/config.fish: folder-copy --completion fish | source
complete -c folder-copy -f -a '(__fish_complete_directories)'
${options.map(line).join('\n')}
`;
}

function line({ words, description, argument }: CompletedOption): string {
  const names = words.map(word => (word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`));
  const takes = argument === undefined ? [] : [values(argument)];
  return ['complete -c folder-copy', ...names, ...takes, `-d ${quoted(description)}`].join(' ');
}

function values(argument: Argument): string {
  switch (argument.kind) {
    case 'choice':
      // With a description of its own, an empty one: else each has the option's.
      return `-x -a '${argument.choices.map(choice => `${choice}\\t`).join(' ')}'`;
    case 'file':
      return '-r -F';
    case 'folder':
      return "-x -a '(__fish_complete_directories)'";
    case 'free':
      return '-x';
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
