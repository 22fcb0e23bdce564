import type { CommandOption } from '../arguments/command-option.js';
import type { Shell } from '../arguments/shells.js';
import { bashScript } from './bash.js';
import { fishScript } from './fish.js';
import { completedOption } from './option-words.js';
import { zshScript } from './zsh.js';

/** The script that has a shell complete the command's options and folders. */
export function completionScript(shell: Shell, options: readonly CommandOption[]): string {
  return SCRIPTS[shell](options.map(completedOption));
}

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };
