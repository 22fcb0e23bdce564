import { expect, test } from 'vitest';
import { type ComingFolders, FoldersAhead } from '../../../src/copier/listing/folders-ahead.js';
import { type BytePath, bytePath, join, ROOT } from '../../../src/files/byte-path.js';
import { FactsColumn } from '../../../src/files/facts-column.js';
import { NameColumn, nameAt } from '../../../src/files/name-column.js';
import type { FolderReading, FolderRequest } from '../../../src/protocol/readings.js';

/** A folder with so many entries. */
function reading(entries: number): FolderReading {
  const names = new NameColumn(entries);
  for (let n = 0; n < entries; n += 1) names.push(bytePath(`f${n}`));
  return {
    kind: 'read',
    destination: {},
    names: names.packed(),
    facts: new FactsColumn(1).packed(),
    same: new Uint8Array(entries),
    unseen: [],
    rest: undefined,
    incomplete: undefined,
    waitedMs: 1,
  };
}

/** Readers that answer when they are told to. */
class Readers {
  readonly asked: FolderRequest[] = [];
  readonly #answers = new Map<FolderRequest, (reading: FolderReading) => void>();
  readonly below = new Map<string, string[]>();

  readonly read = (request: FolderRequest): Promise<FolderReading> => {
    this.asked.push(request);
    return new Promise(resolve => this.#answers.set(request, resolve));
  };

  readonly coming: ComingFolders = {
    requestFor: folder => ({ folder, makes: true }),
    foundIn: folder => (this.below.get(folder) ?? []).map(name => join(folder, bytePath(name))),
  };

  async answer(folder: string, entries = 1): Promise<void> {
    const request = this.asked.find(each => each.folder === folder);
    if (request === undefined) throw new Error(`${folder} was not asked for`);
    this.#answers.get(request)?.(reading(entries));
    await new Promise(resolve => setImmediate(resolve));
  }

  get folders(): BytePath[] {
    return this.asked.map(({ folder }) => folder);
  }
}

const paths = (...names: string[]): BytePath[] => names.map(name => bytePath(name));

test('what is found in a folder is read before the walk comes to it, in the order of the walk', async () => {
  const readers = new Readers();
  readers.below.set('a', ['1', '2']);
  const ahead = new FoldersAhead(readers.read, readers.coming);
  ahead.want(ROOT, paths('a', 'b'));
  expect(readers.folders).toEqual(['a', 'b']);
  await readers.answer('a');
  expect(readers.folders).toEqual(['a', 'b', 'a/1', 'a/2']);
});

test('where many wait, those are read first to which the walk comes first', async () => {
  const readers = new Readers();
  const groups = Array.from({ length: 40 }, (_, n) => `group-${n}`);
  const inEach = Array.from({ length: 10 }, (_, n) => `${n}`);
  for (const group of groups) readers.below.set(group, inEach);
  const ahead = new FoldersAhead(readers.read, readers.coming);
  ahead.want(ROOT, paths(...groups));
  for (const group of groups) await readers.answer(group);
  const inOrder = groups.flatMap(group => inEach.map(name => `${group}/${name}`));
  const next = readers.folders.slice(groups.length);
  expect(next.length).toBeGreaterThan(50);
  expect(next).toEqual(inOrder.slice(0, next.length));
});

test('nothing is read twice, and nothing is lost that the walk asks for first', async () => {
  const readers = new Readers();
  const ahead = new FoldersAhead(readers.read, readers.coming);
  const taken = ahead.take(bytePath('a'));
  ahead.want(ROOT, paths('a', 'b'));
  await readers.answer('a', 3);
  expect(await taken).toMatchObject({ kind: 'read' });
  expect(readers.folders).toEqual(['a', 'b']);
});

test('what has been read and not taken is bounded, and goes on when the walk takes it', async () => {
  const readers = new Readers();
  const ahead = new FoldersAhead(readers.read, readers.coming);
  const many = Array.from({ length: 500 }, (_, n) => `folder-${n}`);
  ahead.want(ROOT, paths(...many));
  const atFirst = readers.folders.length;
  expect(atFirst).toBeLessThan(200);
  for (const folder of many.slice(0, atFirst)) await readers.answer(folder, 1000);
  expect(readers.folders.length).toBe(atFirst);
  for (const folder of many.slice(0, atFirst)) await ahead.take(bytePath(folder));
  expect(readers.folders.length).toBeGreaterThan(atFirst);
});

test('a folder that the walk does not enter is forgotten, with all that is in it', async () => {
  const readers = new Readers();
  readers.below.set('a', ['1', '2']);
  const ahead = new FoldersAhead(readers.read, readers.coming);
  ahead.want(ROOT, paths('a', 'ab'));
  ahead.forget(bytePath('a'));
  await readers.answer('a');
  expect(readers.folders).toEqual(['a', 'ab']);
});

test('names of one folder are looked at in pieces, each of them once, in their order', async () => {
  const readers = new Readers();
  const ahead = new FoldersAhead(readers.read, readers.coming);
  const names = new NameColumn();
  for (let n = 0; n < 5000; n += 1) names.push(bytePath(`f${n}`));
  const looks = ahead.looksAt(bytePath('a'), names.packed());
  looks.next();
  expect(readers.asked.length).toBeLessThan(10);
  for (const _ of looks);
  const asked = readers.asked.flatMap(({ names: some }) =>
    Array.from(some?.ends ?? [], (_, row) => (some ? nameAt(some, row) : '')),
  );
  expect(asked).toEqual(Array.from({ length: 5000 }, (_, n) => `f${n}`));
});

test('a folder that the walk reads itself is not asked for any more, nor one that is wanted twice', async () => {
  const readers = new Readers();
  const ahead = new FoldersAhead(readers.read, readers.coming);
  const many = Array.from({ length: 300 }, (_, n) => `folder-${n}`);
  ahead.want(ROOT, paths(...many));
  ahead.want(ROOT, paths(...many));
  const atFirst = readers.folders.length;
  ahead.leave(bytePath(`folder-${atFirst}`));
  for (const folder of readers.folders) {
    const taken = ahead.take(folder);
    await readers.answer(folder);
    await taken;
  }
  expect(readers.folders).not.toContain(`folder-${atFirst}`);
  expect(new Set(readers.folders).size).toBe(readers.folders.length);
  expect(ahead.hasAskedFor(bytePath(`folder-${atFirst + 1}`))).toBe(true);
});
