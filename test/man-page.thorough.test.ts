import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { COMMAND_OPTIONS, OPTION_GROUPS } from '../src/cli/arguments/command-options.js';
import { needs } from './helpers/needs.js';
import { fromRoot } from './helpers/project-root.js';

const page = fromRoot('dist/lib/folder-copy.1');

function run(program: string, args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80', MAN_KEEP_FORMATTING: undefined },
  });
}

test('is roff without a warning', needs('groff'), () => {
  expect(run('groff', ['-man', '-Tutf8', '-wall', '-z', page])).toMatchObject({ status: 0, stderr: '' });
});

test('is shown without a warning, with every option, its default and choices', needs('man'), () => {
  const { status, stdout, stderr } = run('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', page]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  // Bold and underlined letters may be struck over; words are broken at line ends.
  const text = stdout.replace(/.[\b]/gu, '').replace(/‐\n +/g, '').replace(/\s+/g, ' ');
  for (const { heading } of OPTION_GROUPS) expect(text).toContain(` ${heading} `);
  for (const { flags, defaultValue, choices = [] } of COMMAND_OPTIONS) {
    const [, section] = text.split(` ${flags.replace(/[<>]/g, '')} `);
    expect(section, flags).toBeDefined();
    for (const choice of choices) expect(section).toContain(choice);
    if (defaultValue !== undefined) expect(section).toContain(`Default: ${defaultValue}.`);
  }
});
