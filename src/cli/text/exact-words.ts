import { readFileSync } from 'node:fs';
import { type BytePath, decode, rawName, toText } from '../../files/byte-path.js';

/**
 * The command's words with every byte that was typed. Node decodes them as UTF-8 and puts U+FFFD where that fails;
 * Linux still has the bytes. One that is not UTF-8 becomes a lone surrogate, U+DC80 to U+DCFF, as Python has it (PEP
 * 383): the words stay strings, and nothing is lost.
 * @param argv as Node decoded them, the last of the process
 */
export function exactWords(argv: readonly string[]): string[] {
  if (!argv.some(word => word.includes(REPLACEMENT))) return [...argv];
  const typed = typedWords().slice(-argv.length);
  return argv.map((word, index) => {
    const bytes = typed[index];
    return bytes !== undefined && toText(bytes) === word
      ? decode(bytes, byte => String.fromCharCode(UNDECODED + byte))
      : word;
  });
}

/** A path among the words, as `fs` takes it. */
export function pathOf(word: string): string | Buffer {
  if (!LONE_SURROGATE.test(word)) return word;
  return Buffer.concat(
    [...word].map(character => {
      const code = character.codePointAt(0) ?? 0;
      return isUndecodedByte(code) ? Buffer.of(undecodedByte(code)) : Buffer.from(character, 'utf8');
    }),
  );
}

/** Whether a code point of a word stands for a byte that is not UTF-8. */
export function isUndecodedByte(codePoint: number): boolean {
  return codePoint >= UNDECODED + 0x80 && codePoint <= UNDECODED + 0xff;
}

export function undecodedByte(codePoint: number): number {
  return codePoint - UNDECODED;
}

/** What stands for the byte 0. */
const UNDECODED = 0xdc00;
const REPLACEMENT = '\ufffd';
const LONE_SURROGATE = /\p{Cs}/u;

/** Empty where there is no /proc. */
function typedWords(): BytePath[] {
  try {
    const line = readFileSync('/proc/self/cmdline', 'latin1');
    return line.split('\0').slice(0, -1).map(rawName);
  } catch {
    return [];
  }
}
