import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { RedisLink } from '../redis/link.js';
import type { RunKeys } from '../wire/keys.js';

/** Hears what members say, in the order in which they say it. */
export class Mailbox {
  readonly #redis: Redis;
  readonly #keys: RunKeys;
  readonly #hear: Hearers;
  #isClosed = false;

  constructor(link: RedisLink, keys: RunKeys, hear: Hearers) {
    this.#redis = link.open();
    this.#keys = keys;
    this.#hear = hear;
    void this.#read();
  }

  close(): void {
    this.#isClosed = true;
    this.#redis.disconnect();
  }

  async #read(): Promise<void> {
    const { answers } = this.#keys;
    while (!this.#isClosed) {
      const [key, text] = (await this.#next()) ?? [];
      if (text === undefined) continue;
      if (key === answers) this.#hear.answer(text);
      else this.#hear.hello(text);
    }
  }

  async #next(): Promise<[key: string, text: string] | null> {
    const { answers, hellos } = this.#keys;
    try {
      return await this.#redis.blpop(answers, hellos, WAIT_SECONDS);
    } catch {
      // The connection was lost, and is made again.
      if (!this.#isClosed) await sleep(AFTER_FAILURE_MS);
      return null;
    }
  }
}

interface Hearers {
  readonly answer: (text: string) => void;
  readonly hello: (text: string) => void;
}

const WAIT_SECONDS = 2;
const AFTER_FAILURE_MS = 200;
