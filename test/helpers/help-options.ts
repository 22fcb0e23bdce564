import { runCommand } from './run-command.js';

export interface HelpOption {
  flags: string;
  defaultValue: string;
  choices: string[];
}

/** The options as `--help` tells of them, its wrapped lines joined. */
export async function helpOptions(): Promise<HelpOption[]> {
  const { stdout } = await runCommand(['--help']);
  const joined = stdout.replace(/\n {10,}/g, ' ');
  return joined.split('\n').flatMap(line => {
    const [, flags, says = ''] = /^ {2}(-.*?) {2,}(.*)$/.exec(line) ?? [];
    if (flags === undefined) return [];
    const [, defaultValue = ''] = /default: "?(.*?)"?\)$/.exec(says) ?? [];
    const [, choices = ''] = /\(choices: (.*?)(?:, default.*)?\)$/.exec(says) ?? [];
    return [{ flags, defaultValue, choices: [...choices.matchAll(/"(.*?)"/g)].map(([, word = '']) => word) }];
  });
}

/** The names in a text that are written like long options: `--delete`, `--if-exists`. */
export function longNames(text: string): string[] {
  return text.match(/--[a-z][a-z-]*/g) ?? [];
}
