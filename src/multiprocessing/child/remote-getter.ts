import { fromRecord } from '../error-record.js';
import { Closed, Empty } from '../errors.js';
import { CLOSED_FOR_GET, emptyMessage } from '../queue/queue-end.js';
import type { Asks } from './ask.js';

/** The consumer's half of a child's line to a queue: each get asks the queue, nothing is fetched ahead. */
export class RemoteGetter {
  readonly #asks: Asks;

  constructor(asks: Asks) {
    this.#asks = asks;
  }

  get(timeoutMs: number | undefined): Promise<unknown> {
    return this.#get('get', timeoutMs);
  }

  getNowait(): Promise<unknown> {
    return this.#get('getNowait', undefined);
  }

  #get(kind: 'get' | 'getNowait', timeoutMs: number | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#asks.ask({ kind }, timeoutMs, answer => {
        if (answer.kind === 'item') resolve(answer.item);
        else if (answer.kind === 'unsendable') reject(fromRecord(answer.error));
        else if (answer.kind === 'closed') reject(new Closed(CLOSED_FOR_GET));
        else reject(new Empty(emptyMessage(timeoutMs)));
      });
    });
  }
}
