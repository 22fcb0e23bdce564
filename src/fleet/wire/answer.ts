import { startOf } from '../../files/name-column.js';
import { NO_WORD } from '../../protocol/codes.js';
import {
  type Batch,
  type BatchEnd,
  type DoneDetails,
  type FailedOutcome,
  JOB_HOWS,
  type JobHow,
  type JobKind,
  kindAt,
  type NotKept,
  type WorkerReport,
} from '../../protocol/messages.js';
import {
  asBytes,
  asChoice,
  asList,
  asNumber,
  asObject,
  asText,
  asWhole,
  base64,
  ShapeError,
} from './shape.js';

/** What a member says of a batch: how it ended, or why it did not. */
export type Answer =
  | { readonly kind: 'lost'; readonly batch: number; readonly message: string }
  | { readonly kind: 'done'; readonly batch: number; readonly end: unknown };

export function lostAnswer(batch: number, message: string): string {
  return JSON.stringify({ v: 1, batch, lost: message });
}

/** @param reports all of the batch, in order; the end's own comes last */
export function doneAnswer(id: number, reports: readonly WorkerReport[], end: BatchEnd): string {
  const all = [...reports, end.rest];
  const hows = Buffer.concat(all.map(({ done }) => done.hows));
  const details = all.flatMap(({ done }) => [...done.details]);
  const failed = all.flatMap(report =>
    report.failed.map(({ index, failure }) => [index, failure.code, failure.message]),
  );
  const bytes = all.reduce((sum, report) => sum + report.bytes, 0);
  const { tookMs, cpuMs, waits } = end.effort;
  const effort = [tookMs, cpuMs, waits];
  return JSON.stringify({ v: 1, batch: id, hows: base64(hows), details, failed, bytes, effort });
}

/** @throws {ShapeError} */
export function answerOf(value: unknown): Answer {
  const answer = asObject(value, 'the answer');
  if (answer.v !== 1) throw new ShapeError('the answer is of another version');
  const batch = asWhole(answer.batch, 'batch', 1, Number.MAX_SAFE_INTEGER);
  if (answer.lost === undefined) return { kind: 'done', batch, end: answer };
  return { kind: 'lost', batch, message: asText(answer.lost, 'lost', 4096) };
}

/** How a batch ended, as far as it can have ended so. @throws {ShapeError} */
export function endOf(value: unknown, batch: Batch): BatchEnd {
  const answer = asObject(value, 'the answer');
  const rows = batch.kinds.length;
  const hows = asBytes(answer.hows, 'hows', rows);
  const begun = hows.length;
  const failed = asList(answer.failed, 'failed', begun).map(failedOf);
  const failedRows = new Set(failed.map(({ index }) => index));
  if (failedRows.size !== failed.length) throw new ShapeError('an entry has failed twice');
  for (const [row, code] of hows.entries()) {
    const how = JOB_HOWS.wordOf(code);
    if ((how === undefined) !== (code === NO_WORD) || (how === undefined) !== failedRows.has(row))
      throw new ShapeError(`row ${row} has not ended`);
    if (how !== undefined && !canEndSo(kindAt(batch, row), how))
      throw new ShapeError(`row ${row} cannot have ended so`);
  }
  for (const row of failedRows)
    if (row >= begun) throw new ShapeError('an entry has failed that was not begun');
  const details = new Map(asList(answer.details, 'details', begun).map(pair => detailOf(pair, begun)));
  const [tookMs, cpuMs, waits] = asList(answer.effort, 'effort', 3);
  const names = batch.names.bytes.subarray(0, startOf(batch.names, begun));
  return {
    begun,
    effort: {
      tookMs: asNumber(tookMs, 'a time'),
      cpuMs: asNumber(cpuMs, 'a time'),
      waits: asNumber(waits, 'waits'),
    },
    rest: {
      batch: batch.id,
      worker: 0,
      done: { from: 0, hows, names, details },
      failed,
      bytes: asNumber(answer.bytes, 'bytes'),
      entryBytes: 0,
    },
  };
}

function canEndSo(kind: JobKind, how: JobHow): boolean {
  if (how === 'compared' || how === 'removed') return false;
  if (how === 'begun') return kind === 'begin';
  if (how === 'postponed') return kind === 'finishAfter';
  return (how === 'filled') === (kind === 'range');
}

function failedOf(value: unknown): FailedOutcome {
  const [index, code, message] = asList(value, 'a failure', 3);
  return {
    index: asWhole(index, 'a row', 0, 255),
    failure: { code: asText(code, 'a code', 64), message: asText(message, 'a message', 4096) },
  };
}

function detailOf(pair: unknown, begun: number): [number, DoneDetails] {
  const [row, value] = asList(pair, 'a detail', 2);
  const { bytes, notKept, digest, tookMs } = asObject(value, 'a detail');
  const losses = notKept === undefined ? undefined : asList(notKept, 'notKept', 64);
  if (digest !== undefined && !/^[0-9a-f]{64}$/.test(asText(digest, 'a digest')))
    throw new ShapeError('a digest is not one');
  return [
    asWhole(row, 'a row', 0, begun - 1),
    {
      ...(bytes !== undefined && { bytes: asWhole(bytes, 'bytes', 0, Number.MAX_SAFE_INTEGER) }),
      ...(losses && { notKept: losses.map(loss => asChoice(loss, 'notKept', NOT_KEPT)) }),
      ...(digest !== undefined && { digest: asText(digest, 'a digest') }),
      ...(tookMs !== undefined && { tookMs: asNumber(tookMs, 'a time') }),
    },
  ];
}

const NOT_KEPT: readonly NotKept[] = [
  ...(['owner', 'mode', 'time', 'attribute', 'hardLink'] as const),
  ...(['grown', 'sync', 'fifo', 'socket', 'device'] as const),
];
