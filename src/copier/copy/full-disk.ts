import type { Failure } from '../../files/failure.js';
import type { WorkFolder } from '../claim/work-folder.js';
import { findShortage, fullInWords, shortageInWords } from '../destination/space-check.js';
import type { Ledger } from '../report/ledger.js';
import type { Stop } from '../report/stop.js';
import type { Request } from '../request/request.js';

/** Decides what a full disk means for a copy: it stops, unless what is replaced makes room. */
export class FullDisk {
  readonly #request: Request;
  readonly #folder: WorkFolder;
  readonly #ledger: Ledger;
  readonly #stop: Stop;

  constructor(request: Request, folder: WorkFolder, ledger: Ledger, stop: Stop) {
    this.#request = request;
    this.#folder = folder;
    this.#ledger = ledger;
    this.#stop = stop;
  }

  /** Stops the copy if what is still to be written cannot fit. */
  check(): void {
    const shortage = findShortage(this.#folder, this.#ledger.need());
    if (shortage !== undefined) this.#stop.now('NO_SPACE', shortageInWords(shortage));
  }

  /** Each file that is replaced makes room for the next, where they come one after the other. */
  mayFitAlone({ code }: Failure): boolean {
    return DISK_FULL.has(code) && this.#folder.standing === 'content' && !this.#stop.isStopped;
  }

  /** A full disk is full for all: what could not be written is left, and reported in one line. @returns whether it is full */
  stops({ code }: Failure): boolean {
    if (!DISK_FULL.has(code) || this.#stop.isClosed) return false;
    const { root, standing } = this.#folder;
    const isAnew = standing === 'content' && this.#request.settings.ifExists === 'overwrite';
    const places = { root, backup: this.#request.backup?.root, isAnew };
    this.#stop.now(code, fullInWords(places, this.#ledger.need()));
    return true;
  }
}

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT']);
