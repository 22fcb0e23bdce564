import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { killIfThere, waitForNoProcesses } from '../helpers/processes.js';
import { type CommandResult, runCommand, startCommand } from '../helpers/run-command.js';
import { memory, scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

interface Places {
  source: string;
  destination: string;
  partial: string;
}

interface Mark {
  boots: string[];
}

const markName = '.folder-copy.mark';

describe('a .partial that is not the beginning of this copy is refused, and nothing touched', () => {
  const foreign: [title: string, change: (places: Places) => void, says: RegExp, asRoot?: 'as root'][] = [
    [
      'of another source',
      ({ source }) => {
        renameSync(source, `${source}.old`);
        cpSync(`${source}.old`, source, { recursive: true });
      },
      /is an unfinished copy of .*source/,
    ],
    ['without its mark', ({ partial }) => rmSync(join(partial, markName)), /not an unfinished copy/],
    [
      'with a broken mark',
      ({ partial }) => writeFileSync(join(partial, markName), '{"fold'),
      /not an unfinished copy/,
    ],
    [
      'that is a link',
      ({ partial }) => {
        renameSync(partial, `${partial}.moved`);
        symlinkSync(`${partial}.moved`, partial);
      },
      /not a folder/,
    ],
    [
      'that is a file',
      ({ partial }) => {
        rmSync(partial, { recursive: true });
        writeFileSync(partial, 'mine');
      },
      /not a folder/,
    ],
    ['of another user', ({ partial }) => chownSync(partial, 65534, 65534), /another user/, 'as root'],
    [
      'beside its destination',
      ({ destination }) => mkdirSync(destination),
      /copy: exists, and so does .*partial/,
    ],
  ];
  for (const [title, change, says, asRoot] of foreign) {
    test(title, asRoot === undefined ? {} : needs('root'), async () => {
      const places = await makeInterrupted();
      change(places);
      const before = treeSnapshot(dirname(places.source));
      const result = await copy(places);
      expect(result).toMatchObject({ status: 2, stdout: '' });
      expect(result.stderr).toMatch(says);
      expect(result.stderr).toMatch(/^folder-copy: [^\n]+\n$/);
      expect(compareTrees(before, dirname(places.source))).toEqual([]);
    });
  }

  test('but one that is empty and ours is gone on with', async () => {
    const places = makePlaces();
    mkdirSync(places.partial);
    expect(await copy(places)).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(places.source, places.destination)).toEqual([]);
  });
});

describe('a run goes on where a killed one stopped', () => {
  test('and copies nothing again that is finished', async () => {
    const places = await makeInterrupted();
    const finished = finishedIn(places);
    const inodes = inodesOf(places.partial, finished);
    const result = await copy(places, '-v');
    expect(result.status).toBe(0);
    for (const name of finished) expect(result.stderr).toContain(`skipped ${places.source}/${name}\n`);
    expect(inodesOf(places.destination, finished)).toEqual(inodes);
    expect(compareTrees(places.source, places.destination)).toEqual([]);
  });

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

describe('a finished file that has lost its content in a crash, with its size and time kept,', () => {
  const cases: [title: string, first: string[], boots: (own: string[]) => string[], isMended: boolean][] = [
    ['is copied again after another boot', [], () => ['another'], true],
    ['is copied again if one of several runs was in another boot', [], own => ['another', ...own], true],
    [
      'is copied again after another boot under --fsync, if a run before was without',
      ['--fsync'],
      () => ['another'],
      true,
    ],
    ['is trusted within the boot', [], own => own, false],
    ['is trusted if all was under --fsync', ['--fsync'], own => own, false],
    ['is trusted if all was under --verify, which implies it', ['--verify'], own => own, false],
  ];
  for (const [title, first, boots, isMended] of cases) {
    test(title, async () => {
      const places = await makeInterrupted(first);
      const [finished = ''] = finishedIn(places);
      loseContent(join(places.partial, finished));
      const mark = JSON.parse(readFileSync(join(places.partial, markName), 'utf8')) as Mark;
      expect(mark.boots).toHaveLength(first.length > 0 ? 0 : 1);
      writeFileSync(join(places.partial, markName), JSON.stringify({ ...mark, boots: boots(mark.boots) }));
      expect(await copy(places)).toMatchObject({ status: 0, stderr: '' });
      const differences = compareTrees(places.source, places.destination);
      if (isMended) expect(differences).toEqual([]);
      else expect(differences).toMatchObject([expect.stringContaining(`"${finished}": digest`)]);
    });
  }

  for (const option of ['--verify', '--checksums']) {
    test(`is found under ${option} within the boot too`, async () => {
      const places = await makeInterrupted();
      const [finished = ''] = finishedIn(places);
      loseContent(join(places.partial, finished));
      const manifest = join(scratchFolder(), 'sums');
      const options = option === '--checksums' ? [option, manifest] : [option];
      expect(await copy(places, ...options)).toMatchObject({ status: 0, stderr: '' });
      expect(compareTrees(places.source, places.destination)).toEqual([]);
      if (option === '--verify') return;
      execFileSync('sha256sum', ['--quiet', '-c', manifest], { cwd: places.destination });
      const files = [...treeSnapshot(places.source).values()].filter(({ kind }) => kind === 'file');
      expect(readFileSync(manifest, 'utf8').trim().split('\n')).toHaveLength(files.length);
    });
  }
});

function makePlaces(destination?: string): Places {
  const source = makeTree([
    ...Array.from({ length: 60 }, (_, n) => ({ path: `${n}`, kind: 'file', size: 3000 + n }) as const),
    ...Array.from({ length: 60 }, (_, n) => ({ path: `folder/${n}`, kind: 'file', size: 3000 + n }) as const),
    { path: 'link', kind: 'link', target: '7' },
    { path: 'linked', kind: 'hardlink', to: '8' },
    { path: 'folder/linked', kind: 'hardlink', to: 'folder/9' },
  ]);
  const place = destination ?? join(dirname(source), 'copy');
  return { source, destination: place, partial: `${place}.partial` };
}

/** A copy of which all was killed, with some files finished and some not. */
async function makeInterrupted(options: readonly string[] = [], destination?: string): Promise<Places> {
  const places = makePlaces(destination);
  const run = startCommand(['--bwlimit', '150k', ...options, places.source, places.destination]);
  const deadline = Date.now() + 30_000;
  while (!existsSync(places.partial) || finishedIn(places).length < 5) {
    if (Date.now() > deadline) throw new Error('nothing is finished');
    await new Promise(resolve => setTimeout(resolve, 3));
  }
  for (const pid of run.processes()) killIfThere(pid, 'SIGKILL');
  await run.finished;
  await waitForNoProcesses(run.processes);
  expect(existsSync(places.destination)).toBe(false);
  return places;
}

/** Files of the root that have their size and time. */
function finishedIn({ source, partial }: Places): string[] {
  return readdirSync(partial).filter(name => {
    if (!/^\d+$/.test(name) || name === '8') return false;
    const [from, to] = [join(source, name), join(partial, name)].map(path =>
      statSync(path, { bigint: true }),
    );
    return from?.size === to?.size && from?.mtimeNs === to?.mtimeNs;
  });
}

function inodesOf(root: string, names: readonly string[]): number[] {
  return names.map(name => statSync(join(root, name)).ino);
}

function copy({ source, destination }: Places, ...options: string[]): Promise<CommandResult> {
  return runCommand([...options, source, destination]);
}

/** As a power cut can leave it: all zeros, size and time as they were. */
function loseContent(path: string): void {
  const reference = `${path}.reference`;
  execFileSync('touch', ['-r', path, reference]);
  writeFileSync(path, Buffer.alloc(statSync(path).size));
  execFileSync('touch', ['-r', reference, path]);
  rmSync(reference);
}
