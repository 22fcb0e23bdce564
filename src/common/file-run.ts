import type { BytePath } from './byte-path.js';
import { allocatedBytes, type Facts, FactsColumn } from './facts.js';

/**
 * Regular files of one folder that the listing hands on together. Filled anew for each step of a walk: whoever takes
 * it copies what is in it.
 */
export class FileRun {
  readonly names: BytePath[] = [];
  readonly facts = new FactsColumn(MOST_FILES);
  /** Of content. */
  bytes = 0;
  /** The same, holes not counted. */
  allocatedBytes = 0;
  /** Whether each has but one name and is small: there is nothing to decide about any of them by itself. */
  isPlain = true;

  get isFull(): boolean {
    return this.names.length >= MOST_FILES;
  }

  clear(): void {
    this.names.length = 0;
    this.facts.clear();
    this.bytes = 0;
    this.allocatedBytes = 0;
    this.isPlain = true;
  }

  push(name: BytePath, facts: Facts): void {
    this.names.push(name);
    this.facts.push(facts);
    this.bytes += facts.size;
    this.allocatedBytes += allocatedBytes(facts);
    if (facts.nlink !== 1 || facts.size >= LARGER_BYTES) this.isPlain = false;
  }
}

/** What is larger costs far more to copy than to be handed on by itself. */
const LARGER_BYTES = 1024 * 1024;
/** So many that a step of the walk stays short, and most folders are one. */
const MOST_FILES = 256;
