/** Words that cross the pipe by the hundred: each as its place in a list, a byte where the text would be many. */
export class Codes<const Word extends string> {
  readonly #words: readonly Word[];
  readonly #codes: ReadonlyMap<Word, number>;

  /** @param words at most 255, so that a byte can also say that there is none */
  constructor(words: readonly Word[]) {
    this.#words = words;
    this.#codes = new Map(words.map((word, code) => [word, code]));
  }

  codeOf(word: Word): number {
    return this.#codes.get(word) ?? NO_WORD;
  }

  /** @returns undefined where the byte stands for no word */
  wordOf(code: number | undefined): Word | undefined {
    return this.#words[code ?? NO_WORD];
  }
}

export type WordOf<C> = C extends Codes<infer Word> ? Word : never;

/** The byte that stands for no word. */
export const NO_WORD = 255;
