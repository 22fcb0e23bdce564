import { expect, test } from 'vitest';
import { runCommand } from '../../helpers/run-command.js';

test.each([
  'bash',
  'zsh',
  'fish',
])('the script for %s is printed, and names every way to show progress', async shell => {
  const { status, stdout, stderr } = await runCommand(['--completion', shell]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const view of ['auto', 'bar', 'plain', 'json', 'none']) expect(stdout).toContain(view);
});

test('there is a script for no other shell', async () => {
  const { status, stdout, stderr } = await runCommand(['--completion', 'tcsh']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('Allowed choices are bash, zsh, fish.');
});

test("fish shows an option's text beside the option, not beside each of its choices", async () => {
  const { stdout } = await runCommand(['--completion', 'fish']);
  // What stands behind a choice and a tab is its own text: none.
  expect(stdout).toContain(String.raw`-l reflink -x -a 'auto\t always\t never\t' -d `);
});
