import type { Output } from '../output/output.js';
import { BarView } from './bar.js';
import { JsonView } from './json.js';
import { PlainView } from './plain.js';
import { SilentView } from './silent.js';
import type { View } from './view.js';

/**
 * The view for a run. `auto` is a bar where one can be drawn and lines for every entry are not asked for, else
 * nothing; a bar or panel that was asked for and cannot be drawn is a line now and then.
 */
export function chooseView(kind: ProgressKind, isSparing: boolean, output: Output): View {
  switch (kind) {
    case 'auto':
      return canDraw() && !isSparing ? new BarView('bar') : new SilentView();
    case 'bar':
    case 'panel':
      return canDraw() ? new BarView(kind) : new PlainView();
    case 'plain':
      return new PlainView();
    case 'json':
      return new JsonView(output);
    case 'none':
      return new SilentView();
    default:
      return kind satisfies never;
  }
}

export type ProgressKind = 'auto' | 'bar' | 'panel' | 'plain' | 'json' | 'none';
export const PROGRESS: readonly ProgressKind[] = ['auto', 'bar', 'panel', 'plain', 'json', 'none'];

/** Whether standard error is a terminal that can move its cursor; on Windows they all can, and say nothing. */
function canDraw(): boolean {
  const { TERM = process.platform === 'win32' ? 'windows' : '' } = process.env;
  return process.stderr.isTTY === true && !UNABLE.has(TERM);
}

const UNABLE = new Set(['', 'dumb', 'unknown']);
