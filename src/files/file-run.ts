import { allocatedBytes, type Facts } from './facts.js';
import { FactsColumn } from './facts-column.js';
import { NameColumn, type PackedNames, startOf } from './name-column.js';

/**
 * Regular files of one folder that the listing hands on together. Filled anew for each step of a walk: its consumer
 * copies what is in it.
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

  /** @param name holds its bytes from `start` to `end` */
  push(name: Uint8Array, start: number, end: number, facts: Facts): void {
    this.names.pushBytes(name, start, end);
    this.facts.push(facts);
    this.bytes += facts.size;
    this.allocatedBytes += allocatedBytes(facts);
    if (facts.nlink !== 1 || facts.size >= LARGER_BYTES) this.isPlain = false;
  }

  pushRow(names: PackedNames, row: number, facts: Facts): void {
    this.push(names.bytes, startOf(names, row), startOf(names, row + 1) - 1, facts);
  }
}

/** What is larger costs far more to copy than to be handed on by itself. */
const LARGER_BYTES = 1024 * 1024;
/** So many that a step of the walk stays short, and most folders are one. */
const MOST_FILES = 256;
