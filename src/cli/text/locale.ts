/** Text as the user's locale can show it: under `LANG=C` and its like, other characters as their bytes, escaped. */
export function inLocale(text: string): string {
  return isUtf8() ? text : text.replace(BEYOND_ASCII, inBytes);
}

/** Whether the locale has UTF-8. Where none is set it is taken to: logs and containers seldom set one. */
export function isUtf8(): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || 'UTF-8';
  return /utf-?8/i.test(locale);
}

const BEYOND_ASCII = /[^\0-\x7f]/gu;

function inBytes(character: string): string {
  return [...Buffer.from(character)].map(byte => `\\x${byte.toString(16)}`).join('');
}
