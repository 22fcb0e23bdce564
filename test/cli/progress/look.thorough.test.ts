import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { makeTree } from '../../helpers/make-tree.js';
import { runInTerminal } from '../../helpers/run-in-terminal.js';
import type { TreeEntry } from '../../helpers/tree-description.js';

const album: TreeEntry[] = Array.from({ length: 20 }, (_, index) => {
  return { kind: 'file', path: `photos/二〇二四年夏天/${index}.jpg`, size: 100_000 };
});
const slowly = ['--bwlimit', '1500k', 'photos', 'copy'];
const GREEN = '\x1b[32m';

const looks: [title: string, env: Record<string, string>, hasColours: boolean][] = [
  ['a terminal with colours', {}, true],
  ['an empty NO_COLOR', { NO_COLOR: '' }, true],
  ['NO_COLOR', { NO_COLOR: '1' }, false],
  ['NO_COLOR beside FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, false],
  ['a terminal without colours', { TERM: 'vt52' }, false],
  ['a terminal without colours, FORCE_COLOR', { TERM: 'vt52', FORCE_COLOR: '1' }, true],
];

for (const [title, env, hasColours] of looks) {
  test(`${title}: ${hasColours ? 'colours' : 'no colours'}, and a drawing`, async () => {
    const { output } = await runInTerminal(slowly, {
      cwd: makeTree(album),
      env: { LC_ALL: 'C.UTF-8', ...env },
    });
    expect(output.includes(GREEN)).toBe(hasColours);
    expect(output).toMatch(/█[▏▎▍▌▋▊▉█]/);
    expect(output).not.toContain('Warning');
  });
}

test('a locale without UTF-8: all that is drawn is ASCII', async () => {
  const { output } = await runInTerminal(['--bwlimit', '50k', 'photos', 'copy'], {
    cwd: makeTree(album),
    env: { LC_ALL: 'C' },
    keys: [{ after: /#-+ .*left/, type: '\x03' }],
  });
  const bars = stripVTControlCharacters(output);
  expect(bars).toMatch(/% #+-+ {2}/);
  expect(bars).toMatch(/\.\.\./);
  expect(Array.from(bars.matchAll(/[^\0-\x7f]+/g), ([text]) => text)).toEqual([]);
});

test('a terminal that does not tell its size is taken to have 80 columns', async () => {
  const sizes = { columns: 0, rows: 0 };
  const { output } = await runInTerminal(['--progress', 'panel', '--bwlimit', '100k', 'photos', 'copy'], {
    cwd: makeTree(album),
    ...sizes,
    keys: [{ after: / left/, type: '\x03' }],
  });
  expect(stripVTControlCharacters(output)).toMatch(/\d\.\d\d% [█▏▎▍▌▋▊▉ ]{56} {2,}[\d:]+( s)? left/);
});

test('a file that takes long shows how far it is, from the first frame on', async () => {
  const cwd = makeTree([{ kind: 'file', path: 'films/holiday.mov', size: 12_000_000 }]);
  const { output } = await runInTerminal(['--bwlimit', '2m', 'films', 'copy'], { cwd });
  const names = Array.from(
    stripVTControlCharacters(output).matchAll(/% █*[▏▎▍▌▋▊▉]? *(\S.*?)? {2,}\d\/1 files/g),
    ([, name]) => name,
  );
  expect(names[0]).toMatch(/^holiday\.mov \d+%$/);
  expect(new Set(names).size).toBeGreaterThan(8);
  expect(names.at(-1)).toBe('holiday.mov');
});

test('a comparison speaks of bytes only where contents are read', async () => {
  const cwd = makeTree([
    ...album,
    ...album.map(entry => ({ ...entry, path: `copy/${String(entry.path).slice(7)}` })),
  ]);
  const check = ['--check', '--progress', 'bar', 'photos', 'copy'];
  const bars = async (...more: string[]) => (await runInTerminal([...check, ...more], { cwd })).output;
  expect(await bars()).toMatch(/100\.00%.*20\/20 files {2,}\d+ files\/s/);
  expect(await bars()).not.toMatch(/\d B\b/);
  expect(await bars('--verify')).toMatch(/100\.00%.*20\/20 files {2,}1\.9 MiB/);
});
