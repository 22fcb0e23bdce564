/** One option of the command. `--help`, README, man page and completion are made from, or held against, it. */
export interface CommandOption {
  readonly flags: string;
  /** For `--help` and the shells; what there is to say beyond it stands in `src/build/man/option-details.ts`. */
  readonly description: string;
  readonly defaultValue?: string | number;
  /** What happens if it is left out, where that is not a value. */
  readonly defaultWords?: string;
  readonly choices?: readonly string[];
  /** What its argument names, where that can be completed. */
  readonly names?: 'file' | 'folder';
  /** Whether it may be given more than once, each time with another argument. */
  readonly isRepeatable?: true;
  /** Other options, by their camelCase names, that it cannot go with. */
  readonly conflicts?: readonly string[];
  /** `previous`: what the option's earlier occurrences made. */
  readonly parse?: (text: string, previous: unknown) => unknown;
}

/** Options that `--help` shows together. */
export interface OptionGroup {
  readonly heading: string;
  readonly options: readonly CommandOption[];
}
