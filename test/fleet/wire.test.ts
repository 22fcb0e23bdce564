import { describe, expect, test } from 'vitest';
import { JobBatch } from '../../src/copier/dispatch/job-batch.js';
import type { PendingJob } from '../../src/copier/dispatch/pending-job.js';
import { bytePath, ROOT, toBase64 } from '../../src/files/byte-path.js';
import { nameAt } from '../../src/files/name-column.js';
import { entryTemporaryName } from '../../src/files/reserved-names.js';
import { answerOf, doneAnswer, endOf } from '../../src/fleet/wire/answer.js';
import { batchOf, jobData } from '../../src/fleet/wire/job-data.js';
import { NO_WORD } from '../../src/protocol/codes.js';
import { type Batch, folderAt, JOB_HOWS, kindAt } from '../../src/protocol/messages.js';
import { factsWith } from '../helpers/facts.js';

const runId = '0123456789abcdef';
const term = 'fedcba9876543210';
const facts = factsWith({ size: 100 });
const part = { temporaryName: entryTemporaryName(runId, 7, 0), start: 0, end: 100 };

const jobs: readonly PendingJob[] = [
  { kind: 'file', folder: ROOT, name: bytePath(Buffer.from([0xff, 0x41])), facts, attempt: 1 },
  { kind: 'begin', folder: bytePath('a/文件'), name: bytePath('large'), facts, attempt: 1, part },
  {
    kind: 'hardLink',
    folder: bytePath('a'),
    name: bytePath('other'),
    facts,
    attempt: 1,
    firstName: bytePath('a/first'),
  },
];

function batch(): Batch {
  const columns = new JobBatch({ attempt: 1 });
  for (const job of jobs) columns.add(job);
  return columns.message({ id: 9, isLastTry: true, atATime: 8 });
}

/** As it comes out of Redis. */
function sent(changes: object = {}): unknown {
  return JSON.parse(JSON.stringify({ ...jobData(batch(), term), ...changes }));
}

test('a batch comes out of its job as it went in', () => {
  const got = batchOf(sent(), { runId, term });
  expect(got).toMatchObject({ id: 9, again: false, isLastTry: true, atATime: 8 });
  for (const [row, job] of jobs.entries()) {
    expect(kindAt(got, row)).toBe(job.kind);
    expect(folderAt(got, row)).toBe(job.folder);
    expect(nameAt(got.names, row)).toBe(job.name);
  }
  expect(got.facts).toEqual(batch().facts);
  expect(got.firstNames).toEqual({ 2: 'a/first' });
  expect(got.parts).toEqual({ 1: part });
});

const name = (text: string) => ({
  names: Buffer.from(`${text}\0large\0other\0`, 'latin1').toString('base64'),
  ends: Buffer.from(Uint32Array.of(text.length + 1, text.length + 7, text.length + 13).buffer).toString(
    'base64',
  ),
});
const folders = (path: string) => ({ folders: [path, 'a', 'b'].map(each => toBase64(bytePath(each))) });

describe('a job is refused', () => {
  test.each<[what: string, changes: object]>([
    ['of another version', { v: 2 }],
    ['of another term', { term: runId }],
    ['without rows', { kinds: '' }],
    ['of a kind that is not a member’s affair', { kinds: Buffer.from([9, 1, 5]).toString('base64') }],
    ['of no kind', { kinds: Buffer.from([200, 1, 5]).toString('base64') }],
    ['with more than 256 rows', { kinds: Buffer.alloc(257).toString('base64') }],
    ['with a folder that leads up', folders('a/../b')],
    ['with a folder that begins at the root', folders('/etc')],
    ['with a folder that has an empty part', folders('a//b')],
    ['with a folder that is the same', folders('./a')],
    ['with a folder that holds a NUL', folders('a\0b')],
    ['with a name that leads up', name('..')],
    ['with a name that is the folder', name('.')],
    ['with a name that has a slash', name('a/b')],
    ['with an empty name', name('')],
    ['with the name of the claim', name('.folder-copy.claim')],
    ['with names that do not end', { names: Buffer.from('abc').toString('base64') }],
    [
      'with a row that has no folder',
      { folderOf: Buffer.from(Uint16Array.of(0, 1, 9).buffer).toString('base64') },
    ],
    ['with a first name that leads up', { firstNames: [[2, toBase64(bytePath('../first'))]] }],
    ['with a hard link to nothing', { firstNames: [] }],
    ['with a temporary name of another run', { parts: [[1, entryTemporaryName(term, 7, 0), 0, 100]] }],
    ['with a temporary name that is a path', { parts: [[1, '../x', 0, 100]] }],
    ['with a part behind the end of its file', { parts: [[1, part.temporaryName, 0, 101]] }],
    ['with facts that are too few', { facts: Buffer.alloc(128).toString('base64') }],
    ['with facts that are no numbers', { facts: Buffer.alloc(3 * 128, 0xff).toString('base64') }],
    ['that is not base64', { kinds: '??' }],
  ])('%s', (_, changes) => {
    expect(() => batchOf(sent(changes), { runId, term })).toThrow(
      expect.objectContaining({ name: 'ShapeError' }),
    );
  });

  test.each([undefined, null, [], 'text', 7])('that is %j', value => {
    expect(() => batchOf(value, { runId, term })).toThrow(expect.objectContaining({ name: 'ShapeError' }));
  });
});

const report = (from: number, hows: readonly number[], failed: readonly number[] = []) => ({
  batch: 9,
  worker: 1,
  done: {
    from,
    hows: Uint8Array.from(hows),
    names: new Uint8Array(0),
    details: new Map([[from, { digest: 'a'.repeat(64) }]]),
  },
  failed: failed.map(index => ({ index, failure: { code: 'EIO', message: 'input/output error' } })),
  bytes: 50,
  entryBytes: 0,
});
const [streamed, begun, linked] = (['streamed', 'begun', 'linked'] as const).map(how => JOB_HOWS.codeOf(how));
const effort = { tookMs: 3, cpuMs: 2, waits: 1 };

function answer(changes: object = {}): unknown {
  const end = { rest: report(2, [linked ?? 0]), begun: 3, effort };
  return { ...JSON.parse(doneAnswer(9, [report(0, [NO_WORD, begun ?? 0], [0])], end)), ...changes };
}

test('what a member reports of a batch comes as one answer', () => {
  expect(answerOf(answer())).toMatchObject({ kind: 'done', batch: 9 });
  const end = endOf(answer(), batch());
  expect(end).toMatchObject({ begun: 3, effort });
  expect(end.rest).toMatchObject({ bytes: 100, failed: [{ index: 0, failure: { code: 'EIO' } }] });
  expect([...end.rest.done.hows]).toEqual([NO_WORD, begun, linked]);
  expect(end.rest.done.details.get(2)).toEqual({ digest: 'a'.repeat(64) });
});

const hows = (...codes: (number | undefined)[]) => ({
  hows: Buffer.from(codes.map(code => code ?? 0)).toString('base64'),
});

describe('an answer is refused', () => {
  test.each<[what: string, changes: object]>([
    ['with more rows than the batch', hows(NO_WORD, begun, linked, linked)],
    ['with a file that is said to be begun', { ...hows(begun, begun, linked), failed: [] }],
    ['with an end that there is not', hows(NO_WORD, 99, linked)],
    ['with a row that failed and did not', { ...hows(streamed, begun, linked) }],
    ['with a row that neither failed nor ended', { failed: [] }],
    [
      'with a row that failed twice',
      {
        failed: [
          [0, 'EIO', 'x'],
          [0, 'EIO', 'x'],
        ],
      },
    ],
    ['with a digest that is none', { details: [[0, { digest: '../../etc' }]] }],
    ['with a loss that there is not', { details: [[0, { notKept: ['soul'] }]] }],
    ['with bytes that are no number', { bytes: 'many' }],
  ])('%s', (_, changes) => {
    expect(() => endOf(answer(changes), batch())).toThrow(expect.objectContaining({ name: 'ShapeError' }));
  });
});
