import type { TerminalLook } from '../../output/terminal-look.js';
import { inColour } from './in-colour.js';

/**
 * The filled and empty cells of a bar, full only where the share is 1.
 * @param share from 0 to 1
 */
export function barCells(
  share: number,
  columns: number,
  look: TerminalLook,
  colour: 'green' | 'red',
): string {
  const { hasBlocks, hasColours } = look;
  const steps = hasBlocks ? EIGHTHS : HASHES;
  const filled = Math.floor(Math.min(Math.max(share, 0), 1) * columns * steps.length);
  const full = Math.floor(filled / steps.length);
  const part = filled % steps.length;
  const begun = (steps.at(-1) ?? '').repeat(full) + (part === 0 ? '' : steps[part - 1]);
  const empty = columns - full - (part === 0 ? 0 : 1);
  if (!hasColours) return begun + (hasBlocks ? '░' : '-').repeat(empty);
  // What is not filled has a colour of its own: the rest of a cell that is partly filled, too.
  const rest = (hasBlocks ? ' ' : '-').repeat(empty);
  return inColour(begun + rest, look, colour, ...(hasBlocks ? ON_GREY : []));
}

const EIGHTHS = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const HASHES = ['#'];
const ON_GREY = ['onGrey'] as const;
