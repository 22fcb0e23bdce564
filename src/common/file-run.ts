import type { BytePath } from './byte-path.js';
import { type Facts, FactsColumn } from './facts.js';

/**
 * Files of one folder that the listing hands on together: each has a single name and is not large, so that there is
 * nothing to decide about it by itself. Filled anew for each step of a walk: whoever takes it copies what is in it.
 */
export class FileRun {
  readonly names: BytePath[] = [];
  readonly facts = new FactsColumn(MOST_FILES);
  /** Of content. */
  bytes = 0;
  /** The same, holes not counted. */
  allocatedBytes = 0;

  get isFull(): boolean {
    return this.names.length >= MOST_FILES;
  }

  clear(): void {
    this.names.length = 0;
    this.facts.clear();
    this.bytes = 0;
    this.allocatedBytes = 0;
  }

  push(name: BytePath, facts: Facts): void {
    const { size, blocks } = facts;
    this.names.push(name);
    this.facts.push(facts);
    this.bytes += size;
    this.allocatedBytes += Math.min(size, blocks * 512);
  }
}

/** What is larger costs more to copy than to be handed on by itself. */
export const SMALL_FILE_BYTES = 1024 * 1024;
/** As many as go into a full batch. */
const MOST_FILES = 256;
