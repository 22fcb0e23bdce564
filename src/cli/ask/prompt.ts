import { createInterface, type Interface } from 'node:readline/promises';

import type { Ending } from '../ending/ending.js';
import { printLine } from '../output/print-line.js';
import { inLocale } from '../text/locale.js';

/** Questions at the terminal: read from standard input, written to standard error. */
export class Prompt {
  readonly #interface: Interface;
  readonly #ended: Promise<never>;
  #complete: Complete = nothing;

  constructor() {
    this.#interface = createInterface({
      input: process.stdin,
      output: process.stderr,
      terminal: true,
      completer: (line: string) => this.#complete(line),
    });
    this.#ended = new Promise((_, reject) => {
      this.#interface.once('SIGINT', () => reject(new PromptEnded('SIGINT')));
      this.#interface.once('close', () => reject(new PromptEnded(NO_ANSWER)));
    });
    this.#ended.catch(() => {}); // no question need be open when it is closed
  }

  /**
   * @param complete what Tab offers
   * @throws {PromptEnded} at Ctrl-C, or the end of the input, which Ctrl-D is
   */
  async ask(question: string, complete: Complete = nothing): Promise<string> {
    this.#complete = complete;
    try {
      return await Promise.race([this.#interface.question(inLocale(question)), this.#ended]);
    } catch (error) {
      // The line with the question is left as it is.
      if (error instanceof PromptEnded) this.say('');
      throw error;
    }
  }

  say(line: string): void {
    printLine(line);
  }

  close(): void {
    this.#interface.close();
  }
}

type Complete = (line: string) => [completions: string[], typed: string];

/** The user has left instead of answering. */
export class PromptEnded extends Error {
  override readonly name = 'PromptEnded';

  constructor(readonly ending: Ending) {
    super('no answer');
  }
}

const nothing: Complete = line => [[], line];

const NO_ANSWER = 2;
