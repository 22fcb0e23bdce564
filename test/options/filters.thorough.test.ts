import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toldCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { shell } from '../helpers/shell.js';
import { file, folder } from './filter-trees.js';

describe('--delete leaves alone what is excluded', () => {
  test('another spelling of what is excluded stays too, where the file system ignores case', async context => {
    const root = mountOrSkip(context, { type: 'vfat' });
    const source = makeTree([file('Own.log'), file('a.txt')]);
    const copy = makeTree([file('own.log', 'mine'), file('EXTRA')], join(root, 'copy'));
    await toldCopy(source, { exclude: ['Own.log'], delete: true }, copy);
    expect(
      readdirSync(copy)
        .map(name => name.toLowerCase())
        .sort(),
    ).toEqual(['a.txt', 'own.log']);
  });
});

describe('together with', () => {
  test('-x: a folder on another file system is made where it is included, and else not', async context => {
    const source = makeTree([folder('mounted'), file('x.txt')]);
    const root = mountOrSkip(context, { type: 'tmpfs' });
    mkdirSync(join(root, 'bound'));
    makeTree([file('y.txt')], join(root, 'bound'));
    shell(source, `mount --bind '${root}/bound' mounted`);
    try {
      const options = { oneFileSystem: true, dryRun: true };
      expect((await toldCopy(source, { ...options, include: ['*.txt'] })).how).toEqual({
        'x.txt': 'streamed',
      });
      expect((await toldCopy(source, { ...options, include: ['mounted'] })).how).toEqual({ mounted: 'made' });
    } finally {
      shell(source, 'umount mounted');
    }
  });
});
