import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTree } from '../helpers/make-tree.js';
import { startCommand } from '../helpers/run-command.js';
import { shell } from '../helpers/shell.js';

/** How many files sha256sum found as the manifest has them; it throws where one is not. */
function checked(copy: string, manifest: string): number {
  const output = shell(copy, `sha256sum --strict -c ${JSON.stringify(manifest)}`);
  return output.split('\n').filter(line => line.endsWith(': OK')).length;
}

test('the digest of a file that grew while it was read is of what was kept of it', async () => {
  const source = makeTree([{ path: 'log', kind: 'file', size: 3_000_000 }]);
  const [copy, manifest] = [join(dirname(source), 'copy'), join(dirname(source), 'sums')];
  // So slow that each reading is met.
  const slowly = ['--chunk-size', '2', '--reflink', 'never', '--bwlimit', '1m'];
  const args = [...slowly, '--verify', '--checksums', manifest];
  const running = startCommand([...args, source, copy]);
  let ended = false;
  running.finished.finally(() => (ended = true)).catch(() => {});
  while (!ended) {
    if (running.processes().length > 1) appendFileSync(join(source, 'log'), 'more');
    await new Promise(resolve => setTimeout(resolve, 3));
  }
  const { status, stdout } = await running.finished;
  expect(status).toBe(0);
  expect(stdout).toContain('1 grown file');
  expect(checked(copy, manifest)).toBe(1);
});
