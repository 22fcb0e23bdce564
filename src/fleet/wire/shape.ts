import { type BytePath, bytePath } from '../../files/byte-path.js';

/** Checks what came through Redis, where others may write: nothing is believed to have the shape that it should have. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

export type Shapeless = Readonly<Record<string, unknown>>;

export function asObject(value: unknown, what: string): Shapeless {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new ShapeError(`${what} is not an object`);
}

export function asList(value: unknown, what: string, most: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= most) return value;
  throw new ShapeError(`${what} is not a list of at most ${most}`);
}

export function asText(value: unknown, what: string, most = LONGEST_TEXT): string {
  if (typeof value === 'string' && value.length <= most) return value;
  throw new ShapeError(`${what} is not a text`);
}

export function asFlag(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new ShapeError(`${what} is not true or false`);
}

export function asWhole(value: unknown, what: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ShapeError(`${what} is not a whole number from ${least} to ${most}`);
}

export function asNumber(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ShapeError(`${what} is not a number`);
}

export function asChoice<T extends string>(value: unknown, what: string, choices: readonly T[]): T {
  const found = choices.find(choice => choice === value);
  if (found !== undefined) return found;
  throw new ShapeError(`${what} is not one of ${choices.join(', ')}`);
}

/** Bytes in memory of their own, so that any kind of numbers can be seen in them. */
export function asBytes(value: unknown, what: string, most: number): Uint8Array<ArrayBuffer> {
  const text = asText(value, what, Math.ceil(most / 3) * 4);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new ShapeError(`${what} is not base64`);
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

/** A path as `toBase64` sends it. */
export function asPath(value: unknown, what: string, most: number): BytePath {
  return bytePath(Buffer.from(asBytes(value, what, most)));
}

export function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ShapeError(`${what} is not JSON`);
  }
}

export function base64(bytes: ArrayBufferView): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

const LONGEST_TEXT = 1024 * 1024;
