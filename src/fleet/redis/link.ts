import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis, RedisOptions } from 'ioredis';
import { RefusedError } from '../../copier/report/errors.js';
import type { FleetAddress } from '../../copier/request/fleet-address.js';
import { codeOf } from '../../files/failure.js';
import { PREFIX } from '../wire/keys.js';
import { loadPackages, type Packages } from './packages.js';
import { readPassword } from './password.js';

/** The way to a Redis, with all that is opened on it. */
export class RedisLink {
  readonly bullmq: Packages['bullmq'];
  /** For short questions. */
  readonly control: Redis;
  readonly #Redis: Packages['ioredis']['Redis'];
  readonly #options: RedisOptions;
  readonly #opened: Redis[] = [];
  readonly #timer: NodeJS.Timeout;
  #isAsking = false;

  constructor({ bullmq, ioredis }: Packages, options: RedisOptions) {
    this.bullmq = bullmq;
    this.#Redis = ioredis.Redis;
    this.#options = options;
    this.control = this.open();
    this.#timer = setInterval(() => void this.#listen(), LISTEN_EVERY_MS).unref();
  }

  /** One more connection: one that waits for something can do nothing else. */
  open(): Redis {
    const redis = new this.#Redis(this.#options);
    // It connects again by itself; who asks sees that no answer comes.
    redis.on('error', () => {});
    this.#opened.push(redis);
    return redis;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const redis of this.#opened) redis.disconnect();
  }

  /** Where the network loses what is sent, the kernel goes on for minutes: a connection is made anew before that. */
  async #listen(): Promise<void> {
    if (this.#isAsking || this.control.status !== 'ready') return;
    this.#isAsking = true;
    const timer = setTimeout(() => {
      for (const redis of this.#opened) redis.disconnect(true);
    }, SILENCE_MS).unref();
    // A lost connection is made again anyway.
    await this.control.ping().catch(() => {});
    clearTimeout(timer);
    this.#isAsking = false;
  }
}

/**
 * @param withinMs how long to try; undefined: for ever
 * @param onWait told once, where it cannot be reached at first, in words
 * @throws {RefusedError} where it cannot be reached in time, or does not let us in
 */
export async function openLink(
  address: FleetAddress,
  withinMs: number | undefined,
  signal: AbortSignal | undefined,
  onWait: (reason: string) => void = () => {},
): Promise<RedisLink> {
  const packages = loadPackages();
  const password = readPassword();
  const { host, port, username, database, isEncrypted } = address;
  const options: RedisOptions = {
    host,
    port,
    db: database,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: { ...(!isAddress(host) && { servername: host }) } }),
    maxRetriesPerRequest: null,
    connectTimeout: CONNECT_MS,
    // Node would wait for this timer before it ends.
    disconnectTimeout: 100,
    retryStrategy: times => Math.min(times * 100, MOST_RETRY_MS),
  };
  const startMs = performance.now();
  for (let isTold = false; ; ) {
    signal?.throwIfAborted();
    const failure = await probe(packages, options);
    if (failure === undefined) return new RedisLink(packages, options);
    const reason = failure.message;
    if (isFinal(failure))
      throw new RefusedError(`the Redis at ${address.shown}: ${reason}`, codeFor(failure));
    if (withinMs !== undefined && performance.now() - startMs > withinMs)
      throw new RefusedError(`the Redis at ${address.shown} cannot be reached: ${reason}`, codeFor(failure));
    if (!isTold) onWait(reason);
    isTold = true;
    await sleep(BETWEEN_TRIES_MS, undefined, { signal }).catch(() => {});
  }
}

/** Does once all that will be needed. @returns why it cannot be done */
async function probe(packages: Packages, options: RedisOptions): Promise<Error | undefined> {
  const redis = new packages.ioredis.Redis({
    ...options,
    lazyConnect: true,
    retryStrategy: () => null,
    // It may take the connection and never answer.
    commandTimeout: CONNECT_MS,
  });
  let last: Error | undefined;
  redis.on('error', error => {
    last ??= error;
  });
  try {
    await redis.connect();
    const info = await redis.info('server');
    await redis.eval("return redis.call('SET', KEYS[1], '1', 'PX', 1000)", 1, `${PREFIX}:probe`);
    await redis.del(`${PREFIX}:probe`);
    await redis.scan('0', 'MATCH', `${PREFIX}:none`, 'COUNT', 1);
    return isOld(info)
      ? new TooOldError('it is older than Redis 6.2; a fleet needs that, or Valkey')
      : undefined;
  } catch (error) {
    return last ?? asError(error);
  } finally {
    redis.disconnect();
  }
}

class TooOldError extends Error {
  readonly code = 'ENOTSUP';
}

function isOld(info: string): boolean {
  const [, major, minor] = /^redis_version:(\d+)\.(\d+)/m.exec(info) ?? [];
  return major !== undefined && (Number(major) < 6 || (Number(major) === 6 && Number(minor) < 2));
}

/** Trying again would change nothing: we are not let in, or it is not who it should be. */
function isFinal(error: Error): boolean {
  if (error instanceof TooOldError) return true;
  if (
    /^(WRONGPASS|NOAUTH|NOPERM|DENIED|ERR (invalid password|AUTH|Client sent AUTH|DB index))/.test(
      error.message,
    )
  )
    return true;
  return /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|ERR_SSL_|HOSTNAME_MISMATCH|INVALID_CA)/.test(
    codeOf(error) ?? '',
  );
}

/** Redis begins its errors with a code of its own. */
function codeFor(error: Error): string {
  return codeOf(error) ?? /^[A-Z]+(?= )/.exec(error.message)?.[0] ?? 'ECONNREFUSED';
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host);
}

const LISTEN_EVERY_MS = 3_000;
/** Longer than a busy Redis takes for an answer. */
const SILENCE_MS = 8_000;
const CONNECT_MS = 5_000;
const MOST_RETRY_MS = 1_000;
const BETWEEN_TRIES_MS = 500;
