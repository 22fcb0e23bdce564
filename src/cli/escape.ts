import type { ErrorEvent, FileEvent } from '../copier/events.js';

/** A path of an event as it may be shown: control characters and bytes that are no UTF-8 escaped. */
export function shownPath({ path, pathBase64 }: Pick<FileEvent | ErrorEvent, 'path' | 'pathBase64'>): string {
  return pathBase64 === undefined
    ? escapeText(path)
    : escapeText(escapeBytes(Buffer.from(pathBase64, 'base64')));
}

/** Text that cannot move a terminal's cursor, change its colours or turn the line around. */
export function escapeText(text: string): string {
  return text.replace(UNPRINTABLE, character => NAMED[character] ?? codePointEscape(character));
}

// Control characters of both tables, line separators, marks that change the direction of the text.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function codePointEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  return code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`;
}

/** What is UTF-8 as text, each other byte as `\xNN`. */
function escapeBytes(bytes: Buffer): string {
  return bytes.toString('latin1').replace(UTF8_OR_BYTE, piece => {
    const isText = piece.length > 1 || piece.charCodeAt(0) < 0x80;
    return isText ? Buffer.from(piece, 'latin1').toString('utf8') : `\\x${piece.charCodeAt(0).toString(16)}`;
  });
}

/** The well-formed sequences of Unicode's table 3-7, each byte one character, or any single byte. */
const UTF8_OR_BYTE =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\s\S]/g;
