import { type Bytes, toBuffer } from '../helpers/bytes.js';
import type { TreeEntry } from '../helpers/tree-description.js';

/** Names that a copy could stumble over, and what is odd about each. */
export const oddNames: [what: string, name: Bytes][] = [
  ['a space at either end', ' name '],
  ['a newline', 'two\nlines'],
  ['a leading dash', '--delete'],
  ['a backslash and quotes', '\\\'"`'],
  ['glob characters', '*?[a-z]{b,c}'],
  ['the default suffix', 'photos[副本]'],
  ['emoji made of several code points', '👩‍👩‍👧‍👦🏳️‍🌈'],
  ['letters in a decomposed form', 'e\u0301'],
  ['control characters', '\u0001\u001b[31m\u007f'],
  ['bytes that are no UTF-8', { latin1: 'caf\xe9\xff\xfe' }],
  ['bytes that are a broken surrogate', { latin1: '\xed\xa0\x80' }],
  ['bytes that are an overlong slash', { latin1: '\xc0\xaf' }],
  ['255 bytes', 'n'.repeat(255)],
  ['255 bytes that are no UTF-8', { latin1: '\xf0'.repeat(255) }],
  ['85 letters of three bytes', '副'.repeat(85)],
  ['only dots', '...'],
  ['the look of a temporary name', '.folder-copy.0123456789abcdef.000000010000'],
  ['the look of a property of every object', '__proto__'],
];

/** A file, a folder with a file in it, a link and a hard link of that name. */
export function entriesNamed(oddName: Bytes): TreeEntry[] {
  const name = toBuffer(oddName);
  const inside = (folder: string | Buffer): Bytes => ({
    base64: Buffer.concat([Buffer.from(folder), Buffer.from('/'), name]).toString('base64'),
  });
  const bytes: Bytes = { base64: name.toString('base64') };
  return [
    { path: inside('files'), kind: 'file', content: bytes, mtime: '1234567890123456789' },
    { path: bytes, kind: 'folder', mode: '750' },
    { path: inside(name), kind: 'file', size: 3000 },
    { path: inside('links'), kind: 'link', target: bytes },
    { path: inside('others'), kind: 'hardlink', to: inside(name) },
  ];
}
