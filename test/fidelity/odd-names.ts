import type { Bytes } from '../helpers/bytes.js';

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
