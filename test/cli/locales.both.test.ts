import { expect, test } from 'vitest';
import { makeTree } from '../helpers/make-tree.js';
import { partOf } from '../helpers/part-of.js';
import { runCommand } from '../helpers/run-command.js';

// What the environment says, and whether characters beyond ASCII are shown as they are.
const locales: [env: Record<string, string | undefined>, isShown: boolean][] = [
  [{ LANG: 'C' }, false],
  [{ LANG: 'de_DE.UTF-8' }, true],
  [{ LANG: 'POSIX' }, false],
  [{ LANG: 'de_DE' }, false],
  [{ LANG: 'C.utf8' }, true],
  [{ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, false],
  [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, true],
  [{}, true],
];
const none = { LANG: undefined, LC_ALL: undefined, LC_CTYPE: undefined };

for (const [env, isShown] of partOf(locales, 2)) {
  test(`${isShown ? 'shows characters as they are' : 'shows characters as bytes'} with ${JSON.stringify(env)}`, async () => {
    const place = makeTree([{ kind: 'file', path: 'bücher/照.txt', content: 'x' }]);
    const options = { cwd: place, env: { ...none, ...env } };
    const said = await runCommand(['-v', 'bücher', 'copie é'], options);
    const shown = (text: string) =>
      isShown
        ? text
        : text.replace(/[^\0-\x7f]/gu, character =>
            [...Buffer.from(character)].map(byte => `\\x${byte.toString(16)}`).join(''),
          );
    expect(said.stderr.replace(/^cloned/, 'streamed')).toBe(`streamed ${shown('bücher/照.txt')}\n`);
    expect(said.stdout).toContain(shown('/copie é\n'));
    expect((await runCommand(['-h'], options)).stdout).toContain(shown('<src>[副本]'));
    expect((await runCommand(['nö'], options)).stderr).toContain(`folder-copy: ${shown('nö')}: `);
    const { stdout } = await runCommand(['--progress', 'json', 'bücher', 'as events'], options);
    expect(stdout).toContain('"path":"照.txt"');
  });
}
