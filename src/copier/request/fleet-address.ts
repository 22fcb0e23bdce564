import { UsageError } from '../report/errors.js';

/** The Redis over which machines work together, as its URL names it. */
export interface FleetAddress {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  /** The number of the database. */
  readonly database: number;
  readonly isEncrypted: boolean;
  /** As messages may name it. */
  readonly shown: string;
}

/** @param option as messages name it. @throws {UsageError} */
export function fleetAddress(option: string, value: unknown): FleetAddress {
  const wanted = `${option} takes the URL of a Redis, such as rediss://user@host:6379`;
  if (typeof value !== 'string') throw new UsageError(wanted);
  const url = parseUrl(value);
  // Nothing of it is repeated: it may hold a password.
  if (url === undefined || !(url.protocol === 'redis:' || url.protocol === 'rediss:') || url.hostname === '')
    throw new UsageError(wanted);
  if (url.password !== '')
    throw new UsageError(
      `${option}: a password in the URL can be seen by others; put it into FOLDER_COPY_REDIS_PASSWORD, or into a file that FOLDER_COPY_REDIS_PASSWORD_FILE names`,
    );
  const [, database = '0'] = /^\/?(\d{0,4})$/.exec(url.pathname) ?? [];
  const isPlain = /^\/?\d{0,4}$/.test(url.pathname) && url.search === '' && url.hash === '';
  if (!isPlain)
    throw new UsageError(`${option}: behind the host there may be a database's number, and nothing else`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? 6379 : Number(url.port);
  return {
    host,
    port,
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    database: Number(database),
    isEncrypted: url.protocol === 'rediss:',
    shown: `${host}:${port}`,
  };
}

/** Whether what goes to it can be read, and changed, by others on the way. */
export function isExposed({ host, isEncrypted }: FleetAddress): boolean {
  return !isEncrypted && !/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
