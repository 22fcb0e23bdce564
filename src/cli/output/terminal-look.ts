import { isUtf8 } from '../text/locale.js';

/** What may be drawn with on standard error. */
export interface TerminalLook {
  /** Whether there are block characters; else only ASCII. */
  readonly hasBlocks: boolean;
  readonly hasColours: boolean;
}

export function terminalLook(): TerminalLook {
  return { hasBlocks: isUtf8(), hasColours: hasColours() };
}

/** As Node decides, with TERM, COLORTERM and FORCE_COLOR; but NO_COLOR, where it says anything, counts before these. */
function hasColours(): boolean {
  const { NO_COLOR = '', ...env } = process.env;
  return NO_COLOR === '' && process.stderr.isTTY && process.stderr.hasColors(SIXTEEN, env);
}

const SIXTEEN = 16;
