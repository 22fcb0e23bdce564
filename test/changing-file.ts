import { dirname, join } from 'node:path';
import { makeTree } from './helpers/make-tree.js';
import { startCommand } from './helpers/run-command.js';

export const size = 1_500_000;

/** Something happens to `x` again and again while it is copied, two bytes a chunk, until the command has ended. */
export async function copyWhile(
  happen: (path: string, times: number) => void,
  existing: boolean,
  ...options: string[]
) {
  const source = makeTree([
    { path: 'x', kind: 'file', size },
    { path: 'other', kind: 'file', content: 'whole' },
  ]);
  const copy = join(dirname(source), 'copy');
  if (existing) makeTree([{ path: 'x', kind: 'file', content: 'old' }], copy);
  const running = startCommand(['--chunk-size', '2', '--reflink', 'never', ...options, source, copy]);
  let ended = false;
  running.finished.finally(() => (ended = true)).catch(() => {});
  // It begins when the copy has begun, seen by its first temporary name or file.
  for (let times = 0; !ended; times += 1) {
    if (running.processes().length > 1) happen(join(source, 'x'), times);
    await new Promise(resolve => setTimeout(resolve, 3));
  }
  return { source, copy, ...(await running.finished) };
}
