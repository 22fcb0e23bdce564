import type { CompletedOption } from './option-words.js';

/**
 * The completion script for bash. It does without the bash-completion package, and leaves paths to readline, which
 * knows how to quote.
 */
export function bashScript(options: readonly CompletedOption[]): string {
  return `# In ~/.bashrc: eval "$(folder-copy --completion bash)"
_folder_copy() {
  local current=\${COMP_WORDS[COMP_CWORD]} option=\${COMP_WORDS[COMP_CWORD - 1]} word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    [[ $word == -- ]] && return
  done
  # Readline breaks words at "=".
  if [[ $current == = ]]; then
    current=
  elif [[ $option == = ]]; then
    option=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $option in
${options.flatMap(argumentCase).join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W '${options.flatMap(({ words }) => words).join(' ')}' -- "$current"))
  fi
}
complete -o dirnames -F _folder_copy folder-copy
`;
}

/** bash 3 has no `compopt`: there, folders are offered for every argument. */
function argumentCase({ words, argument }: CompletedOption): string[] {
  if (argument === undefined) return [];
  const pattern = `    ${words.join(' | ')})`;
  switch (argument.kind) {
    case 'choice':
      return [
        `${pattern} COMPREPLY=($(compgen -W '${argument.choices.join(' ')}' -- "$current")); compopt +o dirnames 2> /dev/null; return ;;`,
      ];
    case 'file':
      return [`${pattern} compopt +o dirnames -o default 2> /dev/null; return ;;`];
    case 'folder':
      return [`${pattern} return ;;`];
    case 'free':
      return [`${pattern} compopt +o dirnames 2> /dev/null; return ;;`];
  }
}
