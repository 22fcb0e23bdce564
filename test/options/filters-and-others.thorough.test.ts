import { existsSync, linkSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandCopy, toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { shell } from '../helpers/shell.js';
import { beside, file, folder, pathsIn, project } from './filter-trees.js';

describe('--delete leaves alone what is excluded', () => {
  const deletedIn = (events: { type: string; path?: string }[]) =>
    events.flatMap(event => (event.type === 'deleted' ? [event.path] : [])).sort();

  test('also in folders that stand only in the destination, which then stay as they are', async () => {
    const source = makeTree([file('a.txt'), file('sub/b.txt'), file('c.log')]);
    const copy = beside(source, 'copy', [
      file('own.log'),
      file('extra.txt'),
      file('sub/own.log'),
      file('sub/extra.txt'),
      file('mixed/deep/own.log'),
      file('mixed/deep/extra.txt'),
      { ...folder('mixed/deep'), mode: '555' },
      file('mixed/gone/extra.txt'),
      file('extras/extra.txt'),
      folder('cache/with/extra'),
      file('sub/cache/extra.txt'),
    ]);
    const options = { exclude: ['*.log', 'cache/'], delete: true };
    const dry = await toldCopy(source, { ...options, dryRun: true }, copy);
    const { report, events } = await toldCopy(source, options, copy);
    expect(pathsIn(copy)).toEqual(
      [
        ...['a.txt', 'sub', 'sub/b.txt', 'own.log', 'sub/own.log'],
        ...['mixed', 'mixed/deep', 'mixed/deep/own.log'],
        ...['cache', 'cache/with', 'cache/with/extra', 'sub/cache', 'sub/cache/extra.txt'],
      ].sort(),
    );
    const deleted = [
      ...['extra.txt', 'extras', 'extras/extra.txt', 'mixed/deep/extra.txt'],
      ...['mixed/gone', 'mixed/gone/extra.txt', 'sub/extra.txt'],
    ];
    expect(deletedIn(events)).toEqual(deleted);
    expect(deletedIn(dry.events)).toEqual(deleted);
    expect(report).toMatchObject({ status: 0, deleted: deleted.length });
    expect(lstatSync(join(copy, 'mixed/deep')).mode & 0o777).toBe(0o555);
  });

  test('what became excluded in the source stays, and what is a folder there and a file here does not', async () => {
    const source = makeTree([file('both/inside'), file('keep.log')]);
    const copy = beside(source, 'copy', [file('both'), file('keep.log', 'old')]);
    await toldCopy(source, { exclude: ['both/', '*.log'], delete: true }, copy);
    expect(pathsIn(copy)).toEqual(['keep.log']);
    expect(readFileSync(join(copy, 'keep.log'), 'utf8')).toBe('old');
  });

  test('includes alone: only what they match goes, and the folders that are emptied by that', async () => {
    const source = makeTree([file('a/one.jpg'), file('a/one.txt')]);
    const copy = beside(source, 'copy', [
      file('a/two.jpg'),
      file('a/own.txt'),
      file('emptied/deep/three.jpg'),
      file('kept/four.jpg'),
      file('kept/own.txt'),
      folder('own empty'),
    ]);
    const options = { include: ['*.jpg'], delete: true };
    const dry = await toldCopy(source, { ...options, dryRun: true }, copy);
    const { events } = await toldCopy(source, options, copy);
    expect(pathsIn(copy)).toEqual(['a', 'a/one.jpg', 'a/own.txt', 'kept', 'kept/own.txt', 'own empty']);
    expect(deletedIn(dry.events)).toEqual(deletedIn(events));
    expect(deletedIn(events)).toEqual(
      ['a/two.jpg', 'emptied', 'emptied/deep', 'emptied/deep/three.jpg', 'kept/four.jpg'].sort(),
    );
  });

  test('a folder in the place of a file goes only if it holds nothing excluded', async () => {
    const source = makeTree([file('free'), file('held'), file('x.txt')]);
    const copy = beside(source, 'copy', [
      file('free/deep/file'),
      file('held/deep/own.log'),
      file('held/deep/file'),
      file('extra'),
    ]);
    const { how, report } = await toldCopy(source, { exclude: ['*.log'], delete: true }, copy);
    expect(how).toEqual({ free: 'streamed', held: 'ENOTEMPTY', 'x.txt': 'streamed' });
    expect(report).toMatchObject({ status: 1, failed: 1, left: 0 });
    expect(pathsIn(copy)).toEqual(
      ['extra', 'free', 'held', 'held/deep', 'held/deep/file', 'held/deep/own.log', 'x.txt'].sort(),
    );
  });
});

describe('together with', () => {
  test('hard links: a name that is excluded is not missed', async () => {
    const source = makeTree([file('a', 'shared')]);
    for (const name of ['b', 'c']) linkSync(join(source, 'a'), join(source, name));
    const first = await toldCopy(source, { exclude: ['a'] });
    expect(Object.values(first.how).sort()).toEqual(['linked', 'streamed']);
    const [b, c] = ['b', 'c'].map(name => lstatSync(join(first.copy, name)));
    expect([b?.ino, b?.nlink, existsSync(join(first.copy, 'a'))]).toEqual([c?.ino, 2, false]);
    const second = await toldCopy(source, { exclude: ['a'], ifExists: 'update' });
    expect(second.how).toEqual({ b: 'skipped', c: 'skipped' });
  });

  test('links: one to a folder is no folder, unless it is followed', async () => {
    const source = makeTree([file('real/x'), { path: 'link', kind: 'link', target: 'real' }]);
    expect((await toldCopy(source, { exclude: ['link/'], dryRun: true })).how).toHaveProperty(
      'link',
      'linked',
    );
    const followed = await toldCopy(source, { exclude: ['link/'], dereference: true, dryRun: true });
    expect(Object.keys(followed.how).sort()).toEqual(['real', 'real/x']);
  });

  test('-L: a dangling link that is excluded does not fail', async () => {
    const source = makeTree([
      file('x'),
      { path: 'gone.lnk', kind: 'link', target: 'nowhere' },
      { path: 'gone', kind: 'link', target: 'nowhere' },
    ]);
    const { how } = await toldCopy(source, { exclude: ['*.lnk'], dereference: true });
    expect(how).toEqual({ x: 'streamed', gone: 'ENOENT' });
  });

  test('--from: both must hold', async () => {
    const source = project();
    const list = join(dirname(source), 'list');
    writeFileSync(list, ['src/main.c', 'src/main.o', 'src/lib', 'gone.o'].map(path => `${path}\0`).join(''));
    const excluding = await toldCopy(source, { from: list, exclude: ['*.o'], dryRun: true });
    expect(Object.keys(excluding.how).sort()).toEqual(['src', 'src/lib', 'src/lib/util.c', 'src/main.c']);
    const including = await toldCopy(source, { from: list, include: ['util.*'], dryRun: true });
    expect(Object.keys(including.how).sort()).toEqual(['src', 'src/lib', 'src/lib/util.c', 'src/lib/util.o']);
    const folders = await toldCopy(source, { from: list, exclude: ['lib/'], dryRun: true });
    expect(Object.keys(folders.how).sort()).toEqual(['gone.o', 'src', 'src/main.c', 'src/main.o']);
  });

  for (const dryRun of [false, true]) {
    test(`--if-exists skip: a folder that is not made takes nothing with it${dryRun ? ', dry' : ''}`, async () => {
      const source = makeTree([file('x/deep/er/a.jpg'), file('x/z/b.jpg'), file('y/c.jpg')]);
      const copy = beside(source, 'copy', [folder('x'), file('x/deep')]);
      const { how, report } = await toldCopy(source, { include: ['*.jpg'], ifExists: 'skip', dryRun }, copy);
      expect(how).toEqual({
        x: 'kept',
        'x/deep': 'skipped',
        'x/z': 'made',
        'x/z/b.jpg': 'streamed',
        y: 'made',
        'y/c.jpg': 'streamed',
      });
      expect(report).toMatchObject({ status: 0, files: 2, folders: 3, skipped: 1, left: 0 });
    });
  }

  test('folders: a link in the place of one that is entered late fails alone', async () => {
    const source = makeTree([file('x/deep/a.jpg'), file('y/c.jpg')]);
    const copy = beside(source, 'copy', []);
    shell(copy, 'ln -s /nowhere x');
    const { how } = await toldCopy(source, { include: ['*.jpg'], ifExists: 'skip' }, copy);
    expect(how).toEqual({ x: 'LINK_IN_THE_WAY', y: 'made', 'y/c.jpg': 'streamed' });
  });

  test('folders that cannot be read: told of, unless they are excluded', needs('root'), async () => {
    const source = makeTree([
      file('shut/a.jpg'),
      { ...folder('shut'), mode: '000' },
      file('open/shut/b.jpg'),
      { ...folder('open/shut'), mode: '000' },
      file('c.jpg'),
    ]);
    shell(dirname(source), 'chown -R 65534:65534 source; chmod 777 .');
    const nobody = { uid: 65534, gid: 65534 };
    const including = await commandCopy(source, ['--include', '*.jpg'], { ...nobody, copy: `${source}.jpg` });
    expect(including.status).toBe(1);
    expect(including.stderr.match(/EACCES/g)).toHaveLength(2);
    expect(readdirSync(`${source}.jpg`)).toEqual(['c.jpg']);
    const excluding = await commandCopy(source, ['--exclude', 'shut'], { ...nobody, copy: `${source}.all` });
    expect(excluding).toMatchObject({ status: 0, stderr: '' });
    expect(pathsIn(`${source}.all`)).toEqual(['c.jpg', 'open']);
  });
});
