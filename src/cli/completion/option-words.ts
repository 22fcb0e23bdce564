import type { CommandOption } from '../arguments/command-option.js';

/** An option as a shell completes it. */
export interface CompletedOption {
  /** As it is typed: `-w` and `--workers`. */
  readonly words: readonly string[];
  readonly description: string;
  /** Undefined where it takes none. */
  readonly argument: Argument | undefined;
  /** Whether it is offered again where it stands already. */
  readonly isRepeatable: boolean;
}

export type Argument =
  | { readonly kind: 'choice'; readonly name: string; readonly choices: readonly string[] }
  | { readonly kind: 'file' | 'folder'; readonly name: string }
  /** A number or a text: nothing can be offered. */
  | { readonly kind: 'free'; readonly name: string };

export function completedOption(option: CommandOption): CompletedOption {
  const { flags, description, isRepeatable = false } = option;
  const words = flags.match(/(?<![\w-])--?\w[\w-]*/g) ?? [];
  return { words, description, argument: argumentOf(option), isRepeatable };
}

function argumentOf({ flags, choices, names }: CommandOption): Argument | undefined {
  const [, name] = /<(.*)>/.exec(flags) ?? [];
  if (name === undefined) return undefined;
  if (choices !== undefined) return { kind: 'choice', name, choices };
  return { kind: names ?? 'free', name };
}
