import { readFileSync } from 'node:fs';
import { type BytePath, bytePath, NAME_ENCODING, readable } from '../../files/byte-path.js';
import type { GivenPatterns } from '../../protocol/deletions.js';
import { type Exclusions, PathPatterns } from '../../rules/path-patterns.js';
import { RefusedError, refusal, shownValue } from '../report/errors.js';
import { eventPath } from '../report/events.js';
import { LONGEST_PATTERN } from './patterns.js';

/**
 * What a copy leaves out, by gitignore lines relative to the source: first those of the ignore file, then the
 * excludes, then each include as `!glob`; the last line that matches decides. With includes alone, it leaves
 * out what none of them matches, neither itself nor a folder that it lies in.
 *
 * As in git, patterns are held against the bytes of names: `?` and `[…]` stand for one byte, names need not
 * be UTF-8, and case counts. In one rare form two asterisks cross slashes in git and not here: right behind a
 * literal beginning, as in `a**`, where git's manual calls them regular ones.
 */
export class Filters implements Exclusions {
  readonly #patterns: PathPatterns;
  readonly #filter: FilterOptions['filter'];
  /** What the caller's function threw. */
  #thrown: { readonly error: unknown } | undefined;

  private constructor(patterns: PathPatterns, filter: FilterOptions['filter']) {
    this.#patterns = patterns;
    this.#filter = filter;
  }

  /** @throws {RefusedError} where the ignore file cannot be read or used */
  static read({ include, exclude, ignoreFile, filter }: FilterOptions): Filters {
    const first = ignoreFile === undefined ? '' : readLines(ignoreFile);
    // A carriage return at the end of a given pattern is part of the name, and not of the line's end.
    const given = [...exclude, ...include.map(glob => `!${glob}`)].map(line => `${bytePath(line)}\r\n`);
    const onlyIncludes = include.length > 0 && ignoreFile === undefined && exclude.length === 0;
    return new Filters(new PathPatterns({ lines: first + given.join(''), onlyIncludes }), filter);
  }

  /** Whether this entry is left out, or one of the folders that it lies in. */
  isExcluded(path: BytePath, isFolder: boolean): boolean {
    return this.#patterns.isExcluded(path, isFolder) || !this.#passesFilter(path, isFolder);
  }

  /** What another process needs to decide alike; undefined where a function of the caller's decides too. */
  get given(): GivenPatterns | undefined {
    return this.#filter === undefined ? this.#patterns.given : undefined;
  }

  /** A promise would count as yes: only `true` and `false` are accepted. */
  #passesFilter(path: BytePath, isFolder: boolean): boolean {
    if (this.#filter === undefined) return true;
    try {
      const answer: unknown = this.#filter({ ...eventPath(path), isFolder });
      if (typeof answer === 'boolean') return answer;
      throw Object.assign(new TypeError(`filter returns true or false, not ${shownValue(answer)}`), {
        code: 'ERR_INVALID_RETURN_VALUE',
      });
    } catch (error) {
      this.#thrown = { error };
      throw error;
    }
  }

  /** @throws the error, if it is the caller's own: it ends the run, and is no entry's failure */
  rethrow(error: unknown): void {
    if (this.#thrown !== undefined && this.#thrown.error === error) throw error;
  }

  /** Whether a folder that is not excluded is in the copy only if something in it is. */
  isOnlyEntered(folder: BytePath): boolean {
    return this.#patterns.isOnlyEntered(folder);
  }

  /** Whether there are folders that are in the copy only if something in them is. */
  get hasOnlyEntered(): boolean {
    return this.#patterns.given.onlyIncludes;
  }
}

/** An entry, as the caller's filter gets it. */
export interface FilterEntry {
  /** Relative to the source; bytes that are not UTF-8 are replaced. */
  readonly path: string;
  /** The bytes of the path, if they are not UTF-8. */
  readonly pathBase64?: string;
  readonly isFolder: boolean;
}

/** The filters of a run, as its options give them. */
interface FilterOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly ignoreFile: string | Buffer | undefined;
  /** Decides about the entries that the patterns leave in. */
  readonly filter: ((entry: FilterEntry) => boolean) | undefined;
}

function readLines(file: string | Buffer): string {
  const shown = readable(bytePath(file));
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw refusal(`ignore file ${shown}`, 'cannot be read', error);
  }
  const start = bytes.subarray(0, UTF8_MARK.length).equals(UTF8_MARK) ? UTF8_MARK.length : 0;
  const text = bytes.toString(NAME_ENCODING, start);
  const tooLong = text.split('\n').findIndex(line => line.length > LONGEST_PATTERN);
  if (tooLong === -1) return `${text}\n`;
  throw new RefusedError(
    `ignore file ${shown}: line ${tooLong + 1} is longer than ${LONGEST_PATTERN} characters`,
    'EINVAL',
  );
}

/** Written by some editors at the start of a file. */
const UTF8_MARK = Buffer.from('\ufeff');
