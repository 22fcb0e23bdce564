import { randomBytes } from 'node:crypto';
import { asObject, asText, asWhole, ShapeError } from './shape.js';

/** What a member says of itself when it comes, and why when it does not. */
export type Hello =
  | {
      readonly kind: 'join';
      readonly member: string;
      readonly name: string;
      readonly workers: number;
      /** A file that it made in the destination, and what is in it. */
      readonly file: string;
      readonly proof: string;
    }
  | { readonly kind: 'refused'; readonly name: string; readonly workers: number; readonly reason: string }
  | { readonly kind: 'left'; readonly member: string };

/** Of a process that wants to be a member, each time anew. */
export function newMemberId(): string {
  return randomBytes(6).toString('hex');
}

export function helloText(hello: Hello, term: string): string {
  return JSON.stringify({ v: 1, term, ...hello });
}

/** @throws {ShapeError} */
export function helloOf(value: unknown, term: string): Hello {
  const hello = asObject(value, 'the hello');
  if (hello.v !== 1 || hello.term !== term) throw new ShapeError('the hello is not for this run');
  const workers = () => asWhole(hello.workers, 'workers', 1, 64);
  const name = () => asText(hello.name, 'name', 512);
  switch (hello.kind) {
    case 'join':
      return {
        kind: 'join',
        member: memberId(hello.member),
        name: name(),
        workers: workers(),
        file: asText(hello.file, 'file', 256),
        proof: asText(hello.proof, 'proof', 256),
      };
    case 'refused':
      return {
        kind: 'refused',
        name: name(),
        workers: workers(),
        reason: asText(hello.reason, 'reason', 4096),
      };
    case 'left':
      return { kind: 'left', member: memberId(hello.member) };
    default:
      throw new ShapeError('the hello is of no known kind');
  }
}

/** What the run says to a member. */
export type Letter =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'ended' };

export function letterOf(value: unknown): Letter {
  const letter = asObject(value, 'the letter');
  if (letter.kind === 'welcome' || letter.kind === 'ended') return { kind: letter.kind };
  if (letter.kind === 'refused') return { kind: 'refused', reason: asText(letter.reason, 'reason', 4096) };
  throw new ShapeError('the letter is of no known kind');
}

function memberId(value: unknown): string {
  const text = asText(value, 'member', 32);
  if (!/^[0-9a-f]{12}$/.test(text)) throw new ShapeError('member is not an id');
  return text;
}
