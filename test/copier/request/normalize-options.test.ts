import { expect, test } from 'vitest';
import { COMMAND_OPTIONS } from '../../../src/cli/arguments/command-options.js';
import { normalizeOptions } from '../../../src/copier/request/normalize-options.js';

/** What is only for the command's eyes, or is not an option of a copy under this name. */
const OTHERS = new Set(['progress', 'xattrs']);

test('what is left out has the default that the help names', () => {
  const named = COMMAND_OPTIONS.flatMap(({ flags, defaultValue }): [string, unknown][] => {
    const [, name = ''] = flags.match(/--([\w-]+)/) ?? [];
    const camelCase = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    return defaultValue === undefined || OTHERS.has(camelCase) ? [] : [[camelCase, defaultValue]];
  });
  expect(named.length).toBeGreaterThanOrEqual(5);
  expect(normalizeOptions({})).toMatchObject(Object.fromEntries(named));
});
