import { spawn } from 'node:child_process';
import { chmodSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CopyEvent, DifferenceEvent, How, NotKept } from '../../../src/index.js';
import { checkAccounts, eventSchema, eventsOf, isValid, ofType } from '../../helpers/events.js';
import { makeTree } from '../../helpers/make-tree.js';
import { needs } from '../../helpers/needs.js';
import {
  type CommandOptions,
  commandEnvironment,
  commandPath,
  runCommand,
  startCommand,
} from '../../helpers/run-command.js';
import { scratchFolder } from '../../helpers/scratch-folder.js';
import type { TreeEntry } from '../../helpers/tree-description.js';

const isRoot = process.getuid?.() === 0;
/** A user whom modes concern: root becomes `nobody`. */
const mortal: CommandOptions = isRoot ? { uid: 65534, gid: 65534 } : {};

const photos: TreeEntry[] = [
  { kind: 'file', path: 'photos/2024/a.jpg', size: 3000 },
  { kind: 'hardlink', path: 'photos/again.jpg', to: 'photos/2024/a.jpg' },
  { kind: 'file', path: 'photos/b.jpg', content: '' },
  { kind: 'link', path: 'photos/latest', target: '2024/a.jpg' },
  { kind: 'fifo', path: 'photos/pipe' },
  { kind: 'socket', path: 'photos/socket' },
  { kind: 'folder', path: 'photos/empty' },
  { kind: 'file', path: { latin1: 'photos/caf\xe9' }, content: 'no UTF-8' },
];
const standing: TreeEntry[] = [
  { kind: 'file', path: 'copy/b.jpg', content: 'old' },
  { kind: 'file', path: 'copy/only/here', content: 'c' },
  { kind: 'file', path: { latin1: 'copy/only/th\xe9re' }, content: 'd' },
];

interface Scene {
  title: string;
  args?: string[];
  /** beside `photos` and what stands in it */
  more?: TreeEntry[];
  as?: CommandOptions;
  /** what some of the events have to look like */
  among: Partial<CopyEvent>[];
}

const scenes: Scene[] = [
  {
    title: 'a copy with all kinds of entries',
    among: [
      { type: 'start', workers: 5, chunkSize: 1024 },
      { type: 'listed', files: 7, folders: 2 },
      { type: 'file', path: '2024', bytes: 0, how: 'made' },
      { type: 'file', path: 'latest', bytes: 0, how: 'linked' },
      { type: 'file', path: 'socket', bytes: 0, how: 'skipped', notKept: ['socket'] },
      { type: 'file', path: 'caf\ufffd', pathBase64: Buffer.from('caf\xe9', 'latin1').toString('base64') },
      {
        type: 'end',
        status: 0,
        files: 6,
        folders: 2,
        skipped: 1,
        failed: 0,
        left: 0,
        notKept: { socket: 1 },
      },
    ],
  },
  {
    title: 'a copy in which entries fail',
    args: ['--if-exists', 'error'],
    more: standing,
    among: [
      { type: 'error', path: 'b.jpg', code: 'EEXIST', attempts: 1 },
      { type: 'end', status: 1, failed: 1, left: 0 },
    ],
  },
  {
    title: 'one of a user who may not read everything',
    more: [
      { kind: 'file', path: 'photos/secret/a', content: 's' },
      { kind: 'folder', path: 'photos/secret', mode: '000' },
    ],
    as: mortal,
    among: [
      { type: 'error', path: 'secret', code: 'EACCES' },
      { type: 'end', status: 1, failed: 1 },
    ],
  },
  {
    title: 'one that brings a destination up to date and deletes',
    args: ['--if-exists', 'update', '--delete'],
    more: standing,
    among: [
      { type: 'deleted', path: 'only/here' },
      { type: 'deleted', pathBase64: Buffer.from('only/th\xe9re', 'latin1').toString('base64') },
      { type: 'end', status: 0, deleted: 3 },
    ],
  },
  {
    title: 'one that skips what stands there',
    args: ['--if-exists', 'skip'],
    more: standing,
    among: [
      { type: 'file', path: 'b.jpg', bytes: 0, how: 'skipped' },
      { type: 'end', skipped: 2 },
    ],
  },
  {
    title: 'a dry run that would delete',
    args: ['--dry-run', '--delete'],
    more: standing,
    among: [
      { type: 'deleted', path: 'only/here' },
      { type: 'end', status: 0, deleted: 3 },
    ],
  },
  {
    title: 'a run that stops at its first failure',
    args: ['--if-exists', 'error', '--fail-fast'],
    more: standing,
    among: [{ type: 'end', status: 1, code: 'EEXIST', failed: 1 }],
  },
  {
    title: 'one in which a loss is a failure',
    args: ['--strict'],
    among: [
      { type: 'error', path: 'socket' },
      { type: 'end', status: 1, failed: 1 },
    ],
  },
];

for (const { title, args = [], more = [], as = {}, among } of scenes) {
  test(`tells of ${title}, every line an event by the schema and every entry once`, async () => {
    const scratch = scratchFolder();
    chmodSync(scratch, 0o777);
    const place = makeTree([...photos, ...more], join(scratch, 'place'));
    const to = more.some(({ path }) => String(path).startsWith('copy/')) ? 'copy' : join(scratch, 'copy');
    const { status, stdout } = await runCommand([...args, '--progress', 'json', 'photos', to], {
      cwd: place,
      ...as,
    });
    const events = eventsOf(stdout);
    checkAccounts(events);
    expect(ofType(events, 'end')[0]?.status).toBe(status);
    for (const part of among) expect(events).toContainEqual(expect.objectContaining(part));
  });
}

/** More than a second of work, by a ceiling. */
const slowly = ['--bwlimit', '256k', '--progress', 'json'];
const album: TreeEntry[] = Array.from({ length: 60 }, (_, index) => {
  return { kind: 'file', path: `photos/${index % 7}/${index}.jpg`, size: 50_000 };
});

test('a run that a signal stops tells what it left', async () => {
  // The long one takes longer than the test may.
  const place = makeTree([...album, { kind: 'file', path: 'photos/long', size: 20_000_000 }]);
  const running = startCommand([...slowly, 'photos', 'copy'], { cwd: place });
  await running.sees(/"type":"file"/);
  running.child.kill('SIGINT');
  const { signal, stdout } = await running.finished;
  expect(signal).toBe('SIGINT');
  const events = eventsOf(stdout);
  checkAccounts(events);
  const [end] = ofType(events, 'end');
  expect(end).toMatchObject({ status: 130, code: 'SIGINT', message: expect.stringContaining('to resume') });
  expect(end?.left).toBeGreaterThan(0);
});

test('one long file is seen to move', async () => {
  const place = makeTree([{ kind: 'file', path: 'photos/long', size: 2_000_000 }]);
  const { stdout } = await runCommand(['--progress', 'json', '--bwlimit', '1m', 'photos', 'copy'], {
    cwd: place,
  });
  const events = eventsOf(stdout);
  checkAccounts(events);
  const told = ofType(events, 'progress');
  // Two seconds, on any machine; more where that is busy.
  expect(told.length).toBeGreaterThanOrEqual(2);
  const seconds = ofType(events, 'end')[0]?.seconds ?? 0;
  expect(told.length).toBeLessThanOrEqual(seconds * 2 + 1);
  const moved = told.map(({ bytes }) => bytes);
  expect(moved).toEqual(moved.toSorted((a, b) => a - b));
  expect(new Set(moved).size).toBeGreaterThan(1);
  const first = { files: 0, listedFiles: 1, listedBytes: 2_000_000 };
  expect(told).toContainEqual(expect.objectContaining(first));
});

test('standard output holds events and nothing else, with -v, -q and a failure beside', async () => {
  const place = makeTree([...photos, ...standing]);
  for (const flags of [[], ['-v'], ['-q']]) {
    const args = [...flags, '--progress', 'json', '--if-exists', 'error', 'photos', 'copy'];
    const { stdout, stderr } = await runCommand(args, { cwd: place });
    checkAccounts(eventsOf(stdout));
    expect(stderr).toMatch(/^folder-copy: photos\/b\.jpg: .* \(EEXIST\)$/m);
    expect(/^skipped photos\/socket$/m.test(stderr)).toBe(!flags.includes('-q'));
    expect(/^made photos\/2024$|^kept photos\/2024$/m.test(stderr)).toBe(flags.includes('-v'));
  }
});

test('a refused run has no events', async () => {
  const { status, stdout, stderr } = await runCommand(['--progress', 'json', 'missing'], {
    cwd: makeTree([]),
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^folder-copy: missing: .* \(ENOENT\)\n$/);
});

test('a reader that closes the pipe stops it quietly, with 141', async () => {
  const place = makeTree(album);
  const line = '{ { "$0" "$@"; echo "$?" >&3; } | head -n 2; } 3>&1';
  const child = spawn('sh', ['-c', line, process.execPath, commandPath, ...slowly, 'photos', 'copy'], {
    cwd: place,
    env: commandEnvironment(),
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', text => (written.stdout += text));
  child.stderr.setEncoding('utf8').on('data', text => (written.stderr += text));
  await new Promise(resolve => child.once('close', resolve));
  expect(written.stderr).toBe('');
  expect(written.stdout.split('\n').slice(2)).toEqual(['141', '']);
});

test('an output that is full stops it with one line and 1', needs('/dev/full'), async () => {
  const place = makeTree(album);
  const child = spawn(process.execPath, [commandPath, ...slowly, 'photos', 'copy'], {
    cwd: place,
    env: commandEnvironment(),
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', text => (stderr += text));
  const status = await new Promise(resolve => child.once('close', resolve));
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'folder-copy: standard output: cannot be written (ENOSPC)\n',
  });
});

test('the schema refuses events that lack a field, have one more, or the wrong value in it', async () => {
  const { stdout } = await runCommand(['--progress', 'json', 'photos', 'copy'], { cwd: makeTree(photos) });
  const optional = ['pathBase64', 'notKept'];
  for (const event of eventsOf(stdout)) {
    expect(isValid({ ...event, more: 1 })).toBe(false);
    for (const field of Object.keys(event)) {
      expect(isValid({ ...event, [field]: { wrong: true } })).toBe(false);
      if (optional.includes(field) && event.type !== 'end') continue;
      expect(isValid(Object.fromEntries(Object.entries(event).filter(([name]) => name !== field)))).toBe(
        false,
      );
    }
  }
});

/** Whether the type wants each field of an event: the compiler holds this against the interfaces. */
type Fields<E> = { [Field in keyof E]-?: object extends Pick<E, Field> ? 'optional' : 'required' };
const path = { path: 'required', pathBase64: 'optional' } as const;
const fields: { [T in Exclude<CopyEvent['type'], 'difference'>]: Fields<Extract<CopyEvent, { type: T }>> } = {
  start: {
    type: 'required',
    version: 'required',
    source: 'required',
    sourceBase64: 'optional',
    destination: 'required',
    destinationBase64: 'optional',
    workers: 'required',
    chunkSize: 'required',
  },
  listed: { type: 'required', files: 'required', folders: 'required', bytes: 'required' },
  file: { type: 'required', ...path, bytes: 'required', how: 'required', notKept: 'optional' },
  deleted: { type: 'required', ...path },
  member: {
    type: 'required',
    name: 'required',
    workers: 'required',
    state: 'required',
    reason: 'optional',
  },
  progress: {
    type: 'required',
    files: 'required',
    folders: 'required',
    bytes: 'required',
    listedFiles: 'required',
    listedBytes: 'required',
    seconds: 'required',
  },
  error: {
    type: 'required',
    ...path,
    side: 'optional',
    code: 'required',
    message: 'required',
    attempts: 'required',
  },
  end: {
    type: 'required',
    status: 'required',
    files: 'required',
    folders: 'required',
    bytes: 'required',
    skipped: 'required',
    failed: 'required',
    left: 'required',
    deleted: 'required',
    differences: 'optional',
    notKept: 'required',
    seconds: 'required',
    code: 'optional',
    message: 'optional',
  },
};
/** What may stand in one, whatever its kind. */
type DifferenceField = DifferenceEvent extends infer E ? (E extends E ? keyof E : never) : never;
const ofDifference: Record<DifferenceField, 'required' | 'optional'> = {
  type: 'required',
  ...path,
  kind: 'required',
  source: 'optional',
  sourceBase64: 'optional',
  destination: 'optional',
  destinationBase64: 'optional',
  at: 'optional',
};
const differences: Record<DifferenceEvent['kind'], true> = {
  missing: true,
  extra: true,
  kind: true,
  size: true,
  time: true,
  mode: true,
  owner: true,
  attributes: true,
  target: true,
  links: true,
  content: true,
};
const hows: Record<How, true> = {
  streamed: true,
  cloned: true,
  linked: true,
  made: true,
  kept: true,
  adjusted: true,
  skipped: true,
};
const losses: Record<NotKept, true> = {
  owner: true,
  mode: true,
  time: true,
  attribute: true,
  hardLink: true,
  grown: true,
  sync: true,
  fifo: true,
  socket: true,
  device: true,
};

test('the schema has the fields and values of the exported types', () => {
  for (const [type, wanted] of Object.entries({ ...fields, difference: ofDifference })) {
    const { properties = {}, required = [] } = eventSchema.$defs[type] ?? {};
    const kinds = Object.keys(properties).map(name => [
      name,
      required.includes(name) ? 'required' : 'optional',
    ]);
    expect(Object.fromEntries(kinds)).toEqual(wanted);
  }
  expect(eventSchema.$defs.file?.properties?.how).toMatchObject({ enum: Object.keys(hows) });
  expect(eventSchema.$defs.difference?.properties?.kind).toEqual({ enum: Object.keys(differences) });
  expect(eventSchema.$defs.notKept?.enum).toEqual(Object.keys(losses));
});
