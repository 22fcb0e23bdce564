import ignore, { type Ignore } from 'ignore';
import type { BytePath } from '../files/byte-path.js';
import type { GivenPatterns } from '../protocol/deletions.js';

/** Decides by gitignore lines what is left out. */
export class PathPatterns {
  /** What another process needs to decide alike. */
  readonly given: GivenPatterns;
  #rules: Ignore;
  #tests = 0;
  /** The folder of the latest test: the next one is mostly in the same, or right below. */
  #reached = NOTHING;

  constructor(given: GivenPatterns) {
    this.given = given;
    this.#rules = ignore(CASE_COUNTS).add(withPlainSlashes(given.lines));
  }

  /** Whether this entry is left out, or one of the folders that it lies in. */
  isExcluded(path: BytePath, isFolder: boolean): boolean {
    if (this.given.onlyIncludes) return !isFolder && !this.#test(path).isIncluded;
    return this.#test(isFolder ? `${path}/` : path).isExcluded;
  }

  /** Whether a folder that is not excluded is in the copy only if something in it is. */
  isOnlyEntered(folder: BytePath): boolean {
    return this.given.onlyIncludes && !this.#test(`${folder}/`).isIncluded;
  }

  /** Patterns throw nothing of a caller's. */
  rethrow(): void {}

  /** @param path of a folder with a slash at its end */
  #test(path: string): { isExcluded: boolean; isIncluded: boolean } {
    this.#tests += 1;
    if (this.#tests % TESTS_REMEMBERED === 0) this.#forget();
    const parent = this.#reach(path.slice(0, path.lastIndexOf('/', path.length - 2) + 1));
    const { ignored, unignored } = this.#rules.test(path);
    return { isExcluded: ignored, isIncluded: unignored || parent.isIncluded };
  }

  /**
   * Tests a folder's ancestors from the root down. The library would ask for them by recursion from the path
   * up, and a tree may be thousands deep.
   */
  #reach(folder: string): Reached {
    if (folder === this.#reached.folder) return this.#reached;
    const start = folder.startsWith(this.#reached.folder) ? this.#reached : NOTHING;
    let { isIncluded } = start;
    for (let end = start.folder.length; end < folder.length; ) {
      end = folder.indexOf('/', end) + 1;
      isIncluded = this.#rules.test(folder.slice(0, end)).unignored || isIncluded;
    }
    this.#reached = { folder, isIncluded };
    return this.#reached;
  }

  /** The library remembers every path for ever; a new set of the same rules begins anew. */
  #forget(): void {
    this.#rules = ignore(CASE_COUNTS).add(this.#rules);
    this.#reached = NOTHING;
  }
}

/** What a run leaves out. */
export interface Exclusions {
  isExcluded(path: BytePath, isFolder: boolean): boolean;
  isOnlyEntered(folder: BytePath): boolean;
  /** @throws the error, if it is the caller's own: it ends the run, and is no entry's failure */
  rethrow(error: unknown): void;
}

/**
 * In git, an escaped slash is a slash, with two exceptions: at the beginning it does not anchor the pattern, and
 * after two asterisks it keeps them from matching nothing.
 */
function withPlainSlashes(lines: string): string {
  return lines
    .replace(/(?<=^!?|\/)\*{2,}\\\/(?= *[^ \r\n])/gm, '*/**/')
    .replace(/(?<=[^\\\n!])((?:\\\\)*)\\\/(?= *[^ \r\n])/g, '$1/');
}

interface Reached {
  /** With a slash at its end; empty for the root. */
  readonly folder: string;
  /** Whether an include matches it or a folder that it lies in. */
  readonly isIncluded: boolean;
}

const NOTHING: Reached = { folder: '', isIncluded: false };
const CASE_COUNTS = { ignorecase: false };
const TESTS_REMEMBERED = 10_000;
