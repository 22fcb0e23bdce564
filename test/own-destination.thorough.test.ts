import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { needs } from './helpers/needs.js';
import { runCommand } from './helpers/run-command.js';
import { shell } from './helpers/shell.js';
import { place } from './own-destination-place.js';

test('by a mount: refused, and nothing is made', needs('mount', 'root'), async () => {
  const { source, copy } = place(false);
  const point = join(source, 'to');
  shell('/', `mount --bind '${dirname(copy)}' '${point}'`);
  onTestFinished(() => void shell('/', `umount '${point}'`));
  const { status, stderr } = await runCommand([source, copy]);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringContaining('lies in the source'),
  });
  expect(existsSync(copy) || existsSync(`${copy}.partial`)).toBe(false);
});
