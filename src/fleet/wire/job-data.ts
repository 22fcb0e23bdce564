import { type BytePath, ROOT, toBase64 } from '../../files/byte-path.js';
import { FactsRow } from '../../files/facts-column.js';
import { nameAt, type PackedNames } from '../../files/name-column.js';
import { isReserved, isTemporaryOf } from '../../files/reserved-names.js';
import { type Batch, folderAt, JOB_KINDS, type JobKind, kindAt, type Part } from '../../protocol/messages.js';
import {
  asBytes,
  asFlag,
  asList,
  asObject,
  asPath,
  asText,
  asWhole,
  base64,
  ShapeError,
  type Shapeless,
} from './shape.js';

/** A batch as a job of the queue holds it. */
export interface JobData {
  readonly v: 1;
  readonly term: string;
  readonly batch: number;
  readonly isLastTry: boolean;
  readonly atATime: number;
  /** Paths and columns are base64, little endian. */
  readonly folders: readonly string[];
  readonly folderOf: string;
  readonly kinds: string;
  readonly names: string;
  readonly ends: string;
  readonly facts: string;
  readonly firstNames: readonly (readonly [row: number, path: string])[];
  readonly parts: readonly (readonly [row: number, temporaryName: string, start: number, end: number])[];
}

export function jobData(batch: Batch, term: string): JobData {
  const { id, isLastTry, atATime, folders, folderOf, kinds, names, facts } = batch;
  return {
    v: 1,
    term,
    batch: id,
    isLastTry,
    atATime,
    folders: folders.map(toBase64),
    folderOf: base64(folderOf),
    kinds: base64(kinds),
    names: base64(names.bytes),
    ends: base64(names.ends),
    facts: base64(facts),
    firstNames: Object.entries(batch.firstNames ?? {}).map(([row, path]) => [Number(row), toBase64(path)]),
    parts: Object.entries(batch.parts ?? {}).map(([row, { temporaryName, start, end }]) => [
      Number(row),
      temporaryName,
      start,
      end,
    ]),
  };
}

/**
 * The batch in a job, where it is as this run makes them: nothing else is done by a member.
 * @throws {ShapeError}
 */
export function batchOf(value: unknown, { runId, term }: { runId: string; term: string }): Batch {
  const data = asObject(value, 'the job');
  if (data.v !== 1 || data.term !== term) throw new ShapeError('the job is not of this run');
  const kinds = asBytes(data.kinds, 'kinds', MOST_ROWS);
  const rows = kinds.length;
  if (rows === 0) throw new ShapeError('the job has no rows');
  const folders = asList(data.folders, 'folders', MOST_ROWS).map(folder => folderPath(folder));
  const folderOf = new Uint16Array(sized(data.folderOf, 'folderOf', rows * 2).buffer);
  const facts = new Float64Array(sized(data.facts, 'facts', rows * FACTS_BYTES).buffer);
  const firstNames = firstNamesOf(data, rows);
  const parts = partsOf(data, rows, runId);
  const batch: Batch = {
    id: asWhole(data.batch, 'batch', 1, Number.MAX_SAFE_INTEGER),
    again: false,
    isLastTry: asFlag(data.isLastTry, 'isLastTry'),
    atATime: asWhole(data.atATime, 'atATime', 1, 64),
    folders,
    folderOf,
    kinds,
    names: namesOf(data, rows),
    facts,
    firstNames,
    parts,
  };
  for (let row = 0; row < rows; row += 1) checkRow(batch, row);
  return batch;
}

const MOST_ROWS = 256;
const FACTS_BYTES = 16 * 8;
const MOST_NAME_BYTES = 1024;

/** Entries are compared, and the root is finished, by who runs the copy alone. */
const KINDS: ReadonlySet<JobKind> = new Set<JobKind>([
  ...(['file', 'begin', 'range', 'end'] as const),
  ...(['link', 'hardLink', 'fifo', 'finish', 'finishAfter'] as const),
]);

function checkRow(batch: Batch, row: number): void {
  const known = JOB_KINDS.wordOf(batch.kinds[row]);
  if (known === undefined || !KINDS.has(known)) throw new ShapeError(`row ${row} is of no known kind`);
  if ((batch.folderOf[row] ?? MOST_ROWS) >= batch.folders.length)
    throw new ShapeError(`row ${row} has no folder`);
  const name = nameAt(batch.names, row);
  checkName(name, `the name in row ${row}`);
  if (folderAt(batch, row) === ROOT && isReserved(name))
    throw new ShapeError(`the name in row ${row} is the run's own`);
  const kind = kindAt(batch, row);
  if ((kind === 'hardLink') !== (batch.firstNames?.[row] !== undefined))
    throw new ShapeError(`row ${row} has a first name too many, or too few`);
  const part = batch.parts?.[row];
  if ((kind === 'begin' || kind === 'range' || kind === 'end') !== (part !== undefined))
    throw new ShapeError(`row ${row} has a part too many, or too few`);
  const values = batch.facts.subarray(row * 16, (row + 1) * 16);
  if (!values.every(value => Number.isSafeInteger(value)))
    throw new ShapeError(`the facts in row ${row} are not whole numbers`);
  const { size } = new FactsRow(batch.facts).moveTo(row);
  if (size < 0 || (part?.end ?? 0) > size) throw new ShapeError(`row ${row} has no such size`);
}

function namesOf(data: Shapeless, rows: number): PackedNames {
  const bytes = asBytes(data.names, 'names', rows * MOST_NAME_BYTES);
  const ends = new Uint32Array(sized(data.ends, 'ends', rows * 4).buffer);
  let before = 0;
  for (const end of ends) {
    if (end < before + 2 || end > bytes.length || bytes[end - 1] !== 0)
      throw new ShapeError('names do not end');
    before = end;
  }
  if (before !== bytes.length) throw new ShapeError('there are more names than rows');
  return { bytes, ends };
}

function firstNamesOf(data: Shapeless, rows: number): Record<number, BytePath> {
  const pairs = asList(data.firstNames, 'firstNames', rows).map((pair): [number, BytePath] => {
    const [row, path] = asList(pair, 'a first name', 2);
    const name = folderPath(path);
    if (name === ROOT) throw new ShapeError('a first name is empty');
    return [asWhole(row, 'a row', 0, rows - 1), name];
  });
  return Object.fromEntries(pairs);
}

function partsOf(data: Shapeless, rows: number, runId: string): Record<number, Part> {
  const pairs = asList(data.parts, 'parts', rows).map((list): [number, Part] => {
    const [row, name, start, end] = asList(list, 'a part', 4);
    const temporaryName = asText(name, 'a temporary name');
    if (!isTemporaryOf(temporaryName, new Set([runId])))
      throw new ShapeError('a temporary name is not of this run');
    const to = asWhole(end, 'an end', 0, Number.MAX_SAFE_INTEGER);
    const part = { temporaryName, start: asWhole(start, 'a start', 0, to), end: to };
    return [asWhole(row, 'a row', 0, rows - 1), part];
  });
  return Object.fromEntries(pairs);
}

/** The root, or names that lead down from it. */
function folderPath(value: unknown): BytePath {
  const path = asPath(value, 'a path', MOST_PATH_BYTES);
  if (path !== ROOT) for (const name of path.split('/')) checkName(name, 'a part of a path');
  return path;
}

/** Trees may be deeper than any single path. */
const MOST_PATH_BYTES = 1024 * 1024;

function checkName(name: string, what: string): void {
  const isName = name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');
  if (!isName) throw new ShapeError(`${what} is not a name`);
}

function sized(value: unknown, what: string, bytes: number): Uint8Array<ArrayBuffer> {
  const found = asBytes(value, what, bytes);
  if (found.length !== bytes) throw new ShapeError(`${what} is not of ${bytes} bytes`);
  return found;
}
