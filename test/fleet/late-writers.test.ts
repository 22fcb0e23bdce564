import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Dispatcher } from '../../src/copier/dispatch/dispatcher.js';
import { copyOf } from '../../src/files/facts.js';
import { FactsColumn, FactsRow } from '../../src/files/facts-column.js';
import { BeatReader, BeatWriter, momentNow } from '../../src/protocol/beat.js';
import {
  type Batch,
  LOST_ELSEWHERE,
  type WorkerReport,
  type WorkerSettings,
} from '../../src/protocol/messages.js';
import { howOf, WorkerScene } from './worker-scene.js';

test('a first try that comes late removes nothing that a second has made', async () => {
  const scene = new WorkerScene();
  scene.write('to', 'content');
  expect(howOf(await scene.copy(false, {}))).toBe('NAME_COLLISION');
  expect(readFileSync(scene.file, 'utf8')).toBe('content');
});

test('a first try that fails leaves what it has made: by then, it may be what a second made', async () => {
  const scene = new WorkerScene();
  const failing: Partial<WorkerSettings> = { reflink: 'always' };
  expect(howOf(await scene.copy(false, failing))).toMatch(/^E/);
  expect(existsSync(scene.file)).toBe(true);
  // A later try puts the whole file over it.
  expect(howOf(await scene.copy(true, {}))).toBe('streamed');
  expect(readFileSync(scene.file, 'utf8')).toBe('content');
  expect(readdirSync(join(scene.root, 'to'))).toEqual(['file']);
});

test.each([
  ['10 s old', 1, -10_001, 0],
  ['10 s old', 8, -10_001, 0],
  ['fresh', 1, -1000, 1],
  ['fresh', 8, -1000, 1],
])('where the beat of its machine is %s, %d files at a time, a worker makes nothing, or goes on', async (_, atATime, ms, made) => {
  const scene = new WorkerScene();
  const { steady, wall } = momentNow();
  const beatFile = scene.beat({ steady: steady + ms, wall: wall + ms });
  const { begun, rest } = await scene.copy(false, { fleet: { began: 0, beatFile } }, atATime);
  expect(rest.failed).toEqual([]);
  expect([begun, readdirSync(join(scene.root, 'to')).length]).toEqual([made, made]);
});

test.each<[ifExists: WorkerSettings['ifExists'], standing: WorkerSettings['standing']]>([
  ['skip', 'content'],
  ['error', 'content'],
  ['update', 'content'],
  ['overwrite', 'nothing'],
])('what a lost try has finished counts as copied: --if-exists %s, %s', async (ifExists, standing) => {
  const scene = new WorkerScene();
  scene.write('to', 'content');
  const { ino } = statSync(scene.file);
  const options = { ifExists, standing } as const;
  expect(howOf(await scene.copy(true, options))).toBe('streamed');
  expect(statSync(scene.file).ino).toBe(ino);
});

test('what stood there before the run is not taken for that', async () => {
  const scene = new WorkerScene();
  scene.write('to', 'content');
  const fleet = { began: Date.now() / 1000 + 60, beatFile: undefined };
  expect(howOf(await scene.copy(true, { ifExists: 'skip', standing: 'content', fleet }))).toBe('skipped');
});

test('what one of several files at a time leaves half made is put right by a second try, whatever --retries says', async () => {
  const scene = new WorkerScene();
  const hands = scene.hands({});
  const failures: string[] = [];
  const run = hands.run.bind(hands);
  // What its worker is told first is true no more: it sees that when it has filled the new file.
  hands.run = async (batch, onReport) => {
    const note = ({ failed }: WorkerReport) => {
      for (const { failure } of failed) failures.push(`${failure.code}, ${statSync(scene.file).size} bytes`);
    };
    const facts = batch.again ? batch.facts : aged(batch);
    const end = await run({ ...batch, atATime: 8, facts }, report => {
      note(report);
      onReport(report);
    });
    note(end.rest);
    return end;
  };
  const dispatcher = new Dispatcher(hands, 0);
  const settled: string[] = [];
  dispatcher.join({
    done: ({ attempt }, { how }) => settled.push(`${how} at try ${attempt}`),
    failed: (_, { code }) => settled.push(code),
    copied: () => {},
    abandoned: () => undefined,
    workers: () => {},
    workerless: () => false,
  });
  dispatcher.add(scene.job);
  while (!dispatcher.isIdle) await dispatcher.change();
  expect(failures).toEqual([`${LOST_ELSEWHERE}, 7 bytes`]);
  expect(settled).toEqual(['streamed at try 2']);
  expect(readdirSync(join(scene.root, 'to'))).toEqual(['file']);
  expect(statSync(scene.file).mtimeMs).toBe(statSync(join(scene.root, 'from/file')).mtimeMs);
});

/** The facts of its one row, as if the file had been changed since. */
function aged({ facts }: Batch): Float64Array {
  const column = new FactsColumn();
  const row = new FactsRow(facts).moveTo(0);
  column.push({ ...copyOf(row), mtime: row.mtime - 1 });
  return column.packed();
}

test('a member has no file of its own that it could leave behind', () => {
  const beat = new BeatWriter();
  try {
    beat.write(momentNow());
    expect(new BeatReader(beat.path).isFresh()).toBe(true);
    expect(readlinkSync(beat.path)).toMatch(/ \(deleted\)$/);
  } finally {
    beat.close();
  }
});
