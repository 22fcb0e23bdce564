import type { TerminalLook } from '../output/terminal-look.js';

/**
 * The filled and empty cells of a bar, full only where the share is 1.
 * @param share from 0 to 1
 */
export function barCells(
  share: number,
  columns: number,
  { hasBlocks, hasColours }: TerminalLook,
  hasFailed: boolean,
): string {
  const steps = hasBlocks ? EIGHTHS : HASHES;
  const filled = Math.floor(Math.min(Math.max(share, 0), 1) * columns * steps.length);
  const full = Math.floor(filled / steps.length);
  const part = filled % steps.length;
  const begun = (steps.at(-1) ?? '').repeat(full) + (part === 0 ? '' : steps[part - 1]);
  const empty = columns - full - (part === 0 ? 0 : 1);
  if (!hasColours) return begun + (hasBlocks ? '░' : '-').repeat(empty);
  // What is not filled has a colour of its own: the rest of a cell that is partly filled, too.
  const rest = (hasBlocks ? ' ' : '-').repeat(empty);
  return `${hasFailed ? RED : GREEN}${hasBlocks ? ON_GREY : ''}${begun}${rest}${PLAIN}`;
}

const EIGHTHS = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const HASHES = ['#'];

const RED = '\x1b[31m';
const GREEN = '\x1b[32m';
const ON_GREY = '\x1b[100m';
const PLAIN = '\x1b[0m';
