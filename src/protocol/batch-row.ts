import type { BytePath } from '../files/byte-path.js';
import { FactsRow } from '../files/facts-column.js';
import { nameAt } from '../files/name-column.js';
import { type Batch, folderAt, type JobKind, kindAt, type Part } from './messages.js';

/** One job of a batch, whichever a worker is at: no object has to be made for each. */
export class BatchRow {
  readonly facts: FactsRow;
  #index = 0;

  constructor(readonly batch: Batch) {
    this.facts = new FactsRow(batch.facts);
  }

  moveTo(index: number): void {
    this.#index = index;
    this.facts.moveTo(index);
  }

  get index(): number {
    return this.#index;
  }

  get kind(): JobKind {
    return kindAt(this.batch, this.#index);
  }

  get folder(): BytePath {
    return folderAt(this.batch, this.#index);
  }

  get name(): BytePath {
    return nameAt(this.batch.names, this.#index);
  }

  get firstName(): BytePath | undefined {
    return this.batch.firstNames?.[this.#index];
  }

  get part(): Part | undefined {
    return this.batch.parts?.[this.#index];
  }
}
