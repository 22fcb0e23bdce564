import { eventPath } from '../../../copier/report/events.js';
import type { Tally } from '../../../copier/report/tally.js';
import type { UnderWay } from '../../../copier/report/under-way.js';
import { type BytePath, ROOT } from '../../../files/byte-path.js';
import { shownPath } from '../../text/escape.js';
import { inLocale } from '../../text/locale.js';

/**
 * Chooses the name that stands in the bar: the file that takes long, else the entry finished last, and before there is
 * one, the first under way.
 */
export class NameChoice {
  readonly #tally: Tally;
  #held: { readonly file: FileUnderWay; readonly seenMs: number } | undefined;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** @param isOver whether nothing is under way any more */
  now(isOver: boolean): ShownName {
    if (isOver) this.#held = undefined;
    const nowMs = performance.now();
    const files = filesUnderWay(this.#tally.underWay());
    const held = files.find(({ path }) => path === this.#held?.file.path);
    const file = held ?? files.find(({ isInRanges, sinceMs }) => isInRanges || nowMs - sinceMs > LONG_MS);
    if (file !== undefined) this.#held = { file, seenMs: nowMs };
    // Between two of its ranges a file is with no worker.
    else if (this.#held !== undefined && nowMs - this.#held.seenMs > HELD_MS) this.#held = undefined;
    if (this.#held !== undefined) return shownName(this.#held.file);
    const [first] = files;
    if (this.#tally.latest === ROOT && first !== undefined) return shownName(first);
    return { text: shownText(this.#tally.latest), percent: undefined };
  }
}

/** The name that stands in the bar. */
export interface ShownName {
  readonly text: string;
  /** How far the file is, where it is large. */
  readonly percent: number | undefined;
}

/** From then on a file takes long. */
const LONG_MS = 1000;
const HELD_MS = 500;

/** A file that workers are at, or another entry. */
export interface FileUnderWay extends Pick<UnderWay, 'path' | 'size' | 'isInRanges' | 'sinceMs'> {
  /** Copied or compared. */
  readonly bytes: number;
}

/** What several workers are at in ranges is one file: they take them in turn, and what lies before is done. */
export function filesUnderWay(entries: readonly UnderWay[]): FileUnderWay[] {
  const files = new Map<BytePath, FileUnderWay & Pick<UnderWay, 'start'>>();
  for (const entry of entries) {
    const other = files.get(entry.path);
    const start = Math.min(entry.start, other?.start ?? Infinity);
    const before = other === undefined ? 0 : other.bytes - other.start;
    const sinceMs = Math.min(entry.sinceMs, other?.sinceMs ?? Infinity);
    files.set(entry.path, { ...entry, start, bytes: start + before + entry.bytes, sinceMs });
  }
  return [...files.values()];
}

export function shownName({ path, size, bytes }: FileUnderWay): ShownName {
  const percent = Math.floor((Math.min(bytes, size) * 100) / size);
  return { text: shownText(path), percent: size < LARGE_BYTES ? undefined : percent };
}

const LARGE_BYTES = 8 * 1024 * 1024;

function shownText(path: BytePath): string {
  return inLocale(shownPath(eventPath(path)));
}
