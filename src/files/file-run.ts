import { allocatedAt, FACT_ROW, FactsColumn } from './facts.js';
import { NameColumn, type PackedNames, startOf } from './name-column.js';

/**
 * Regular files of one folder that the listing hands on together. Filled anew for each step of a walk: whoever takes
 * it copies what is in it.
 */
export class FileRun {
  readonly names = new NameColumn(MOST_FILES);
  readonly facts = new FactsColumn(MOST_FILES);
  /** Of content. */
  bytes = 0;
  /** The same, holes not counted. */
  allocatedBytes = 0;
  /** Whether each has but one name and is small: there is nothing to decide about any of them by itself. */
  isPlain = true;

  get length(): number {
    return this.names.length;
  }

  get isFull(): boolean {
    return this.names.length >= MOST_FILES;
  }

  clear(): void {
    this.names.clear();
    this.facts.clear();
    this.bytes = 0;
    this.allocatedBytes = 0;
    this.isPlain = true;
  }

  /**
   * @param name holds its bytes from `start` to `end`
   * @param readFacts writes its facts as a row of a column, from the given place on
   */
  push(
    name: Buffer,
    start: number,
    end: number,
    readFacts: (values: Float64Array, start: number) => void,
  ): void {
    this.names.pushBytes(name, start, end);
    this.facts.pushWith(readFacts);
    this.#count();
  }

  /** The file in a row of columns. */
  pushRow(names: PackedNames, facts: Float64Array, row: number): void {
    this.names.pushBytes(names.bytes, startOf(names, row), startOf(names, row + 1) - 1);
    this.facts.pushWith((values, start) => {
      for (let at = 0; at < FACT_ROW; at += 1) values[start + at] = facts[row * FACT_ROW + at] ?? 0;
    });
    this.#count();
  }

  #count(): void {
    const row = this.length - 1;
    const size = this.facts.sizeAt(row);
    this.bytes += size;
    this.allocatedBytes += allocatedAt(this.facts.values, row);
    if (this.facts.nlinkAt(row) !== 1 || size >= LARGER_BYTES) this.isPlain = false;
  }
}

/** What is larger costs far more to copy than to be handed on by itself. */
const LARGER_BYTES = 1024 * 1024;
/** So many that a step of the walk stays short, and most folders are one. */
const MOST_FILES = 256;
