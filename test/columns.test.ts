import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BATCH_LIMIT } from '../src/copier/dispatch/batch-size.js';
import { JobBatch } from '../src/copier/dispatch/job-batch.js';
import { type BytePath, ROOT, rawName } from '../src/files/byte-path.js';
import { FactsRow } from '../src/files/facts-column.js';
import { FileRun } from '../src/files/file-run.js';
import { NameColumn, nameAt } from '../src/files/name-column.js';
import { JOB_KINDS } from '../src/protocol/messages.js';
import { factsWith } from './helpers/facts.js';

/** Any bytes but a zero and a slash, one character each. */
const byteName = fc
  .array(
    fc.integer({ min: 1, max: 255 }).filter(byte => byte !== 0x2f),
    { minLength: 1, maxLength: 255 },
  )
  .map(bytes => rawName(String.fromCharCode(...bytes)));

test('a column gives back the names that it was given, however they came in', () => {
  const step = fc.oneof(
    fc.record({ how: fc.constant('push' as const), name: byteName }),
    fc.record({ how: fc.constant('pushBytes' as const), name: byteName, before: fc.nat(9) }),
    fc.record({ how: fc.constant('pushRows' as const), names: fc.array(byteName, { maxLength: 40 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (steps, capacity) => {
      const column = new NameColumn(capacity);
      const expected: BytePath[] = [];
      for (const each of steps) {
        if (each.how === 'push') {
          column.push(each.name);
          expected.push(each.name);
        } else if (each.how === 'pushBytes') {
          const bytes = Buffer.from(`${'-'.repeat(each.before)}${each.name}\0`, 'latin1');
          column.pushBytes(bytes, each.before, each.before + each.name.length);
          expected.push(each.name);
        } else {
          const other = new NameColumn(1);
          for (const name of each.names) other.push(name);
          const from = Math.floor(each.names.length / 3);
          column.pushRows(other, from, each.names.length);
          expected.push(...each.names.slice(from));
        }
      }
      const packed = column.packed();
      expect(column.length).toBe(expected.length);
      expect(expected.map((_, row) => column.at(row))).toEqual(expected);
      expect(expected.map((_, row) => nameAt(packed, row))).toEqual(expected);
      const text = expected.map(name => `${name}\0`).join('');
      expect(Buffer.from(packed.bytes).toString('latin1')).toBe(text);
    }),
  );
});

function runOf(names: readonly string[]): FileRun {
  const run = new FileRun();
  for (const [index, name] of names.entries()) {
    const bytes = Buffer.from(`${name}\0`, 'latin1');
    run.push(bytes, 0, name.length, factsWith({ size: index, inodeLow: 2 ** 32 - 1, mtime: -1 }));
  }
  return run;
}

test('batches take runs up to what they hold, row by row with the right folder, kind, name and facts', () => {
  const names = Array.from({ length: 200 }, (_, n) => `file-${n}`);
  const run = runOf(names);
  const folder = rawName('folder');
  const batch = new JobBatch({ attempt: 1 });
  batch.add({ kind: 'link', folder: ROOT, name: rawName('link'), facts: factsWith({ size: 3 }), attempt: 1 });
  expect(batch.addFiles(folder, run, 50, 200)).toBe(150);
  batch.add({ kind: 'finishAfter', folder: ROOT, name: folder, facts: factsWith({}), attempt: 1 });
  expect(batch.addFiles(rawName('other'), run, 0, 200)).toBe(256 - 152);
  expect(batch.isFull(BATCH_LIMIT)).toBe(true);

  const message = batch.message({ id: 7, isLastTry: false, atATime: 1 });
  expect(message.folders).toEqual([ROOT, folder, 'other']);
  const rows = Array.from({ length: batch.size }, (_, row) => [
    message.folders[message.folderOf[row] ?? -1],
    JOB_KINDS.wordOf(message.kinds[row]),
    nameAt(message.names, row),
    new FactsRow(message.facts).moveTo(row).size,
  ]);
  expect(rows).toEqual([
    [ROOT, 'link', 'link', 3],
    ...names.slice(50).map((name, n) => [folder, 'file', name, n + 50]),
    [ROOT, 'finishAfter', folder, 0],
    ...names.slice(0, 104).map((name, n) => ['other', 'file', name, n]),
  ]);
  for (const row of [0, 1, 151, 255]) {
    const { folder: at, kind, name, facts } = batch.at(row);
    expect([at, kind, name, facts.size]).toEqual(rows[row]);
  }
  expect(() => batch.at(256)).toThrow(RangeError);
});
