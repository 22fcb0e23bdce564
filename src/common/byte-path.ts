/**
 * A name or path exactly as the file system holds it.
 *
 * POSIX names are bytes, not text: here each byte is one character (latin1), which keeps every name whole,
 * compares and concatenates as a string, and is stored by V8 and sent over IPC at one byte a character.
 * Windows names are text and stay text. Parts are separated by `/`; the root of a tree is `''`.
 */
export type BytePath = string & { readonly [bytes]: true };
declare const bytes: unique symbol;

/** The encoding in which `readdir` and `readlink` give a `BytePath`. */
export const NAME_ENCODING: 'latin1' | 'utf8' = process.platform === 'win32' ? 'utf8' : 'latin1';

export const ROOT = '' as BytePath;

/** What `fs` calls take: a string where that is the same as the bytes, else a Buffer. */
export function native(path: string): string | Buffer {
  // Printable ASCII reads the same in both encodings.
  return NAME_ENCODING === 'utf8' || !/[^ -~]/.test(path) ? path : Buffer.from(path, 'latin1');
}

/** From ordinary text, such as an argument of the command. */
export function bytePath(text: string): BytePath {
  return (NAME_ENCODING === 'utf8' ? text : Buffer.from(text, 'utf8').toString('latin1')) as BytePath;
}

/** From what the file system gave in `NAME_ENCODING`. */
export function rawName(name: string): BytePath {
  return name as BytePath;
}

export function join(folder: BytePath, name: BytePath): BytePath {
  return (folder === ROOT ? name : `${folder}/${name}`) as BytePath;
}

/** The folder that a path is in, and its name there. */
export function split(path: BytePath): [folder: BytePath, name: BytePath] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, Math.max(slash, 0)) as BytePath, path.slice(slash + 1) as BytePath];
}

/** As text; bytes that are no UTF-8 become U+FFFD. `isText` tells whether that lost anything. */
export function toText(path: BytePath): string {
  return NAME_ENCODING === 'utf8' ? path : Buffer.from(path, 'latin1').toString('utf8');
}

export function isText(path: BytePath): boolean {
  return bytePath(toText(path)) === path;
}

export function toBase64(path: BytePath): string {
  return Buffer.from(path, NAME_ENCODING).toString('base64');
}
