import type { TerminalLook } from '../../output/terminal-look.js';

/** Text in colours, where the terminal has any. */
export function inColour(text: string, { hasColours }: TerminalLook, ...colours: readonly Colour[]): string {
  return hasColours ? `${colours.map(colour => code(CODES[colour])).join('')}${text}${code(0)}` : text;
}

type Colour = keyof typeof CODES;

const CODES = { dim: 2, red: 31, green: 32, cyan: 36, onGrey: 100 } as const;

function code(number: number): string {
  return `\x1b[${number}m`;
}
