import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { needs } from '../helpers/needs.js';
import { memory, scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { copy, finishedIn, makeInterrupted, type Places } from './interrupted-run.js';

describe('a run goes on where a killed one stopped', () => {
  const changes: [title: string, change: (places: Places, finished: string) => void][] = [
    ['a finished file has grown', ({ source }, name) => appendFileSync(join(source, name), 'more')],
    [
      'a finished file was written anew',
      ({ source }, name) => writeFileSync(join(source, name), 'new'.repeat(1000)),
    ],
    [
      'only the time of a finished file has changed',
      ({ source }, name) => utimesSync(join(source, name), 5, 5),
    ],
    ['a finished file is gone', ({ source }, name) => rmSync(join(source, name))],
    [
      'a finished file is a folder now',
      ({ source }, name) => {
        rmSync(join(source, name));
        mkdirSync(join(source, name, 'below'), { recursive: true });
      },
    ],
    [
      'a finished file is a link now',
      ({ source }, name) => {
        rmSync(join(source, name));
        symlinkSync('/etc/passwd', join(source, name));
      },
    ],
    [
      'a folder is a file now',
      ({ source }) => {
        rmSync(join(source, 'folder'), { recursive: true });
        writeFileSync(join(source, 'folder'), 'a file');
      },
    ],
    ['a folder is gone', ({ source }) => rmSync(join(source, 'folder'), { recursive: true })],
    [
      'a finished file has another name now',
      ({ source }, name) => renameSync(join(source, name), join(source, 'other name')),
    ],
    [
      'two names of a file are two files now',
      ({ source }) => {
        const bytes = readFileSync(join(source, 'linked'));
        rmSync(join(source, 'linked'));
        writeFileSync(join(source, 'linked'), bytes);
      },
    ],
  ];
  for (const [title, change] of changes) {
    test(`though meanwhile ${title}`, async () => {
      const places = await makeInterrupted();
      const [finished = ''] = finishedIn(places);
      change(places, finished);
      expect(await copy(places)).toMatchObject({ status: 0, stderr: '' });
      expect(compareTrees(places.source, places.destination)).toEqual([]);
    });
  }

  test('with a selection: what that does not have is removed again', async () => {
    const places = await makeInterrupted();
    const [finished = ''] = finishedIn(places);
    const list = join(scratchFolder(), 'list');
    writeFileSync(list, `${finished}\0folder/0\0`);
    expect(await copy(places, '--from', list)).toMatchObject({ status: 0, stderr: '' });
    const names = [...treeSnapshot(places.destination).keys()].sort();
    expect(names).toEqual(['', 'folder', 'folder/0', finished].sort());
  });

  test('with links followed: each is what it leads to', async () => {
    const places = await makeInterrupted();
    expect(await copy(places, '--dereference')).toMatchObject({ status: 0, stderr: '' });
    expect(lstatSync(join(places.destination, 'link')).isFile()).toBe(true);
    shell(dirname(places.source), 'cp -RL source followed');
    const found = compareTrees(`${dirname(places.source)}/followed`, places.destination, { times: false });
    expect(found.filter(line => !line.includes('hard link'))).toEqual([]);
  });

  test('on another file system', needs('/dev/shm'), async () => {
    const places = await makeInterrupted([], join(scratchFolder(memory), 'copy'));
    expect(await copy(places)).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(places.source, places.destination)).toEqual([]);
  });
});
