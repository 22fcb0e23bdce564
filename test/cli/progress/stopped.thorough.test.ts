import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../../helpers/compare-trees.js';
import { HELD_FILES, heldFiles, holdingLog } from '../../helpers/holding-log.js';
import { makeTree } from '../../helpers/make-tree.js';
import { needs } from '../../helpers/needs.js';
import { openScreen, type Screen } from '../../helpers/tmux.js';

/** Under the limit, four seconds of work. */
const album = heldFiles('photos', 4000);

const bar = /^ *[1-9]\d?\.\d\d% .*files.*$/m;
/** Its last line and the prompt after it included. */
const settings = /speed [^$]*echoe[^$]*\n\$$/;

/** What bash has of the terminal while nothing runs in it. */
async function lineSettings(screen: Screen): Promise<string> {
  screen.type('clear; stty -a', 'Enter');
  return screen.sees(settings);
}

test(
  'Ctrl-Z leaves the terminal as it was, and after fg the bar is drawn anew and the copy is completed',
  needs('tmux', 'bash'),
  async () => {
    const place = makeTree(album);
    const { letGo } = holdingLog(place);
    const screen = openScreen({ columns: 70, cwd: place });
    await screen.sees(/^\$$/m);
    const before = await lineSettings(screen);

    screen.type('clear; folder-copy --bwlimit 1m --log log photos copy', 'Enter');
    await screen.sees(bar);
    screen.press('C-z');
    await screen.sees(/Stopped[^$]*\n\$$/);
    expect(screen.modes()).toEqual({ showsCursor: true, wraps: true });
    const stopped = screen.text();
    screen.type(`echo ${'w'.repeat(100)}`, 'Enter');
    const echoed = await screen.sees(/\nw{100}\n\$$/);
    // Nothing is drawn while it is stopped.
    expect(echoed.startsWith(stopped)).toBe(true);
    expect(await lineSettings(screen)).toBe(before);

    screen.type('clear; fg', 'Enter');
    await screen.sees(/^folder-copy --bwlimit .*\n *[1-9]\d?\.\d\d% .*files.*$/m);
    letGo();
    const last = String.raw`^100\.00% .*${HELD_FILES}/${HELD_FILES} files.*\n${HELD_FILES} files, 0 folders, .* -> .*copy\n\$$`;
    await screen.sees(new RegExp(last, 'm'));
    expect(screen.modes()).toEqual({ showsCursor: true, wraps: true });
    expect(await lineSettings(screen)).toBe(before);
    expect(compareTrees(join(place, 'photos'), join(place, 'copy'), { times: 'us' })).toEqual([]);
  },
);
