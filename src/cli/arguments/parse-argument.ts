import { InvalidArgumentError } from 'commander';
import type { MaxDelete } from '../../copier/request/deletion-limit.js';
import { pathOf } from '../text/exact-words.js';

// Turn the arguments of options into values; commander reports what they throw.

export function parseText(text: string): string {
  if (!/\p{Cs}/u.test(text)) return text;
  throw new InvalidArgumentError('It takes text, and this is not UTF-8.');
}

/** Of an option that may be repeated. */
export function collect(text: string, previous: unknown): readonly string[] {
  return [...(Array.isArray(previous) ? previous : []), parseText(text)];
}

export function parseMaxDelete(text: string): MaxDelete {
  const [, digits, percent] = /^(\d+)(%?)$/.exec(text) ?? [];
  if (digits !== undefined && Number(digits) <= (percent ? 100 : Number.MAX_SAFE_INTEGER))
    return percent ? `${Number(digits)}%` : Number(digits);
  throw new InvalidArgumentError('It takes a whole number of entries, or a share from 0% to 100%.');
}

export function collectPaths(text: string, previous: unknown): readonly (string | Buffer)[] {
  return [...(Array.isArray(previous) ? previous : []), pathOf(text)];
}

export function parseWhole(text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
}

/** Bytes, with an optional 1024-based suffix `k`, `m` or `g` in either case. */
export function parseSize(text: string, most: number): number {
  const [, digits, suffix = ''] = /^(\d+)([kmg]?)$/i.exec(text) ?? [];
  const value = digits === undefined ? Number.NaN : Number(digits) * (FACTORS[suffix.toLowerCase()] ?? 1);
  if (value >= 1 && value <= most) return value;
  throw new InvalidArgumentError(`It takes bytes from 1 to ${most}, as a whole number such as 4096 or 64k.`);
}

const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
