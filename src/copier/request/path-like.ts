import { fileURLToPath } from 'node:url';
import { shownValue, UsageError } from '../report/errors.js';

/** How a caller names a path: text, bytes for names that are not UTF-8, or a file URL. A string is never taken for a URL. */
export type PathLike = string | Buffer | URL;

/** @param what begins the refusal: it says which path this is. @throws {UsageError} */
export function pathFrom(what: string, path: unknown): string | Buffer {
  if (typeof path === 'string' || Buffer.isBuffer(path)) return withoutNul(what, path);
  if (path instanceof URL) return withoutNul(what, pathOfUrl(what, path));
  throw new UsageError(`${what} a path, a string, a Buffer or a file URL, not ${shownValue(path)}`);
}

/** No file system has such a name, and Node would say so in its own words. */
function withoutNul(what: string, path: string | Buffer): string | Buffer {
  if (path.includes('\0'))
    throw new UsageError(`${what} a path, and ${shownValue(String(path))} holds a NUL byte`);
  return path;
}

function pathOfUrl(what: string, url: URL): string | Buffer {
  try {
    // A URL may encode bytes that are not UTF-8: they are a path, too.
    return isText(url) ? fileURLToPath(url) : bytesOf(url);
  } catch {
    throw new UsageError(`${what} a path, and ${url.href} is not a file URL of this machine`);
  }
}

function isText(url: URL): boolean {
  try {
    decodeURIComponent(url.pathname);
    return true;
  } catch {
    return false;
  }
}

function bytesOf(url: URL): Buffer {
  const { protocol, host, pathname } = url;
  if (protocol !== 'file:' || host !== '' || /%2f/i.test(pathname)) throw new TypeError(url.href);
  const latin1 = pathname.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(latin1, 'latin1');
}
