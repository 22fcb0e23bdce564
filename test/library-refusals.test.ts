import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CopyEvent, copyFolder, RefusedError, UsageError } from 'folder-copy';
import { describe, expect, test } from 'vitest';
import { makeTree } from './helpers/make-tree.js';
import { scene } from './library-scene.js';

// A table for callers without types: what is wrong, and what the message names.
const refusedOptions: [options: object, says: RegExp][] = [
  [{ workers: 0 }, /^workers takes .*, not 0$/],
  [{ workers: 65 }, /^workers takes .*, not 65$/],
  [{ workers: 2.5 }, /^workers takes .*, not 2\.5$/],
  [{ workers: Number.NaN }, /^workers takes .*, not NaN$/],
  [{ workers: '5' }, /^workers takes .*, not "5"$/],
  [{ exclude: Object.create(null) }, /^exclude takes a list of patterns, not \[Object: null/],
  [{ workers: null }, /^workers takes .*, not null$/],
  [{ chunkSize: 0 }, /^chunkSize takes .*, not 0$/],
  [{ chunkSize: 2 ** 20 + 1 }, /^chunkSize takes .*, not 1048577$/],
  [{ suffix: '' }, /^suffix takes .*, not ""$/],
  [{ suffix: 'a/b' }, /^suffix takes .*, not "a\/b"$/],
  [{ ifExists: 'replace' }, /^ifExists takes one of overwrite, .*, not "replace"$/],
  [{ reflink: true }, /^reflink takes one of auto, .*, not true$/],
  [{ xattrs: 'maybe' }, /^xattrs takes one of auto, .*, not "maybe"$/],
  [{ delete: 1 }, /^delete takes true or false, not 1$/],
  [{ strict: 'yes' }, /^strict takes true or false, not "yes"$/],
  [{ checksums: 5 }, /^checksums takes a path, .*, not 5$/],
  [{ signal: 'SIGINT' }, /^signal takes an AbortSignal, not "SIGINT"$/],
  [{ onEvent: true }, /^onEvent takes a function, not true$/],
  [{ filter: 'a' }, /^filter takes a function, not "a"$/],
  [{ log: 'a\0' }, /^log takes a path, and "a\\u0000" holds a NUL byte$/],
  [{ from: new URL('https://example.org/list') }, /^from takes a path, and https:.* is not a file URL/],
  [{ ifExist: 'error' }, /^unknown option "ifExist"$/],
  [{ check: true }, /^unknown option "check"$/],
];

describe('rejects with RefusedError, and writes nothing', () => {
  for (const [options, says] of refusedOptions) {
    test(`for the options ${JSON.stringify(options)}`, async () => {
      const source = makeTree([{ kind: 'file', path: 'a.jpg', content: 'a' }]);
      const destination = `${source} copy`;
      const refused = copyFolder(source, destination, options);
      await expect(refused).rejects.toThrow(UsageError);
      await expect(refused).rejects.toThrow(RefusedError);
      await expect(refused).rejects.toThrow(says);
      await expect(refused).rejects.toMatchObject({ code: 'USAGE' });
      expect(existsSync(destination)).toBe(false);
    });
  }

  test('for a source that does not exist, a destination inside it, and empty names', async () => {
    const { source } = scene();
    for (const [from, to] of [
      [`${source}-missing`, undefined],
      [source, source],
      [source, join(source, 'copy')],
      ['', undefined],
      [source, ''],
      [undefined as unknown as string, undefined],
      [source, 5 as unknown as string],
    ] as const) {
      const events: CopyEvent[] = [];
      const refused = copyFolder(from, to, { onEvent: event => events.push(event) });
      await expect(refused).rejects.toThrow(RefusedError);
      expect(events).toEqual([]);
    }
    expect(existsSync(join(source, 'copy'))).toBe(false);
  });
});

test('a refusal has the code that its message ends with', async () => {
  const { source } = scene();
  for (const [from, to, code] of [
    [`${source}-missing`, undefined, 'ENOENT'],
    [join(source, '0/0.jpg'), undefined, 'ENOTDIR'],
    [source, join(source, 'copy'), 'EINVAL'],
  ] as const) {
    const refused = copyFolder(from, to);
    await expect(refused).rejects.toMatchObject({ name: 'RefusedError', code });
    await expect(refused).rejects.toThrow(new RegExp(` \\(${code}\\)$`));
  }
});
