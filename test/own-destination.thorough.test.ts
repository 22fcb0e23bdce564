import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { needs } from './helpers/needs.js';
import { runCommand } from './helpers/run-command.js';
import { shell } from './helpers/shell.js';
import { namesIn, place, refusal } from './own-destination-place.js';

test('by a mount: a failed entry, and all else is copied', needs('mount', 'root'), async () => {
  const { source, copy } = place(false);
  const point = join(source, 'to');
  shell('/', `mount --bind '${dirname(copy)}' '${point}'`);
  onTestFinished(() => void shell('/', `umount '${point}'`));
  const { status, stderr } = await runCommand([source, copy]);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(refusal(`${source}/to/copy.partial`)),
  });
  expect(namesIn(copy)).toEqual(['file', 'to', 'to/other']);
});
