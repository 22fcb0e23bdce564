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

/** From ordinary text or from bytes, as a caller of the library names a path. Not from a `BytePath`, which is one. */
export function bytePath<Path extends string | Buffer>(path: Path extends BytePath ? never : Path): BytePath {
  return (typeof path === 'string' && NAME_ENCODING === 'utf8' ? path : latin1(path)) as BytePath;
}

function latin1(path: string | Buffer): string {
  return (typeof path === 'string' ? Buffer.from(path, 'utf8') : path).toString(NAME_ENCODING);
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

/** What most file systems take of a name, in bytes. */
export const MOST_NAME_BYTES = 255;

/** The beginning of a name, at most so many bytes: a character of UTF-8 is kept whole, or left out. */
export function beginningOf(name: BytePath, most: number): BytePath {
  const bytes = Buffer.from(name, NAME_ENCODING);
  let end = Math.min(bytes.length, Math.max(most, 0));
  // Such a byte continues a character.
  while (end < bytes.length && end > 0 && (bytes.readUInt8(end) & 0xc0) === 0x80) end -= 1;
  return rawName(bytes.toString(NAME_ENCODING, 0, end));
}

/** As text; bytes that are not UTF-8 become U+FFFD. `isText` tells whether that lost anything. */
export function toText(path: BytePath): string {
  return NAME_ENCODING === 'utf8' ? path : Buffer.from(path, 'latin1').toString('utf8');
}

export function isText(path: BytePath): boolean {
  return bytePath(toText(path)) === path;
}

/** To be read by people: what is UTF-8 as text, each other byte as `\xNN`. */
export function readable(path: BytePath): string {
  return isText(path) ? toText(path) : decode(path, byte => `\\x${byte.toString(16)}`);
}

/** As text, `other` in the place of each byte that is not UTF-8. Where names are bytes only. */
export function decode(path: BytePath, other: (byte: number) => string): string {
  return path.replace(UTF8_OR_BYTE, piece => {
    const code = piece.charCodeAt(0);
    return piece.length > 1 || code < 0x80 ? Buffer.from(piece, 'latin1').toString('utf8') : other(code);
  });
}

/** The well-formed sequences of Unicode's table 3-7, each byte one character, or any single byte. */
const UTF8_OR_BYTE =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\s\S]/g;

export function fromBase64(base64: string): BytePath {
  return Buffer.from(base64, 'base64').toString(NAME_ENCODING) as BytePath;
}

export function toBase64(path: BytePath): string {
  return Buffer.from(path, NAME_ENCODING).toString('base64');
}
