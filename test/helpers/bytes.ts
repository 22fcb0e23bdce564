/** Names, contents and link targets as JSON can hold them: text is UTF-8, anything else says how it is written. */
export type Bytes = string | { latin1: string } | { base64: string };

export function toBuffer(bytes: Bytes): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes);
  return 'latin1' in bytes ? Buffer.from(bytes.latin1, 'latin1') : Buffer.from(bytes.base64, 'base64');
}

const slash = Buffer.from('/');

/** `path.join` for names that need not be UTF-8; resolves nothing. */
export function joinBytes(folder: string | Buffer, name: Buffer): Buffer {
  const start = Buffer.from(folder);
  return start.length === 0 ? name : Buffer.concat([start, slash, name]);
}

/** A name as one readable line: valid text is quoted as JSON does it, other bytes as `\xff`. */
export function showBytes(bytes: Buffer): string {
  const text = bytes.toString();
  if (Buffer.from(text).equals(bytes)) return JSON.stringify(text);
  const escaped = bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `b"${escaped}"`;
}
