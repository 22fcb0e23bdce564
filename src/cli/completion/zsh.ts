import type { Argument, CompletedOption } from './option-words.js';

/** The completion script for zsh. It works from a folder of `fpath` as well as by `eval`. */
export function zshScript(options: readonly CompletedOption[]): string {
  return `#compdef folder-copy
# In ~/.zshrc, after compinit: eval "$(folder-copy --completion zsh)"
_folder_copy() {
  _arguments -s -S \\
${options.map(option => `    ${specification(option)} \\\n`).join('')}    '1:folder to copy:_path_files -/' \\
    '2:destination:_path_files -/'
}
if [[ $funcstack[1] == _folder_copy ]]; then
  _folder_copy "$@"
else
  compdef _folder_copy folder-copy
fi
`;
}

function specification({ words, description, argument, isRepeatable }: CompletedOption): string {
  const text = quoted(`[${escaped(description)}]${argument === undefined ? '' : action(argument)}`);
  const typed = words.map(
    word => `${word}${argument === undefined ? '' : word.startsWith('--') ? '=' : '+'}`,
  );
  const option = typed.length === 1 ? typed[0] : `{${typed.join(',')}}`;
  if (isRepeatable) return `\\*${option}${text}`;
  return typed.length === 1 ? `${option}${text}` : `'(${words.join(' ')})'${option}${text}`;
}

function action(argument: Argument): string {
  const name = escaped(argument.name);
  switch (argument.kind) {
    case 'choice':
      return `:${name}:(${argument.choices.join(' ')})`;
    case 'file':
      return `:${name}:_files`;
    case 'folder':
      return `:${name}:_path_files -/`;
    case 'free':
      return `:${name}: `;
  }
}

function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
