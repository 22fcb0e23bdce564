import { linkSync, lstatSync, readdirSync, renameSync } from 'node:fs';
import { type BytePath, native, rawName, readable } from '../../files/byte-path.js';
import { codeOf, EntryError, failureOf } from '../../files/failure.js';
import { CLAIM_NAME, claimantName, heirName, temporaryName } from '../../files/reserved-names.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import { isLinkRefusal } from '../../rules/keep.js';
import { RefusedError, refusal } from '../report/errors.js';
import { type Holder, parseHolder, refuseIfAlive } from './holder.js';
import { identityOf, thisMachine } from './liveness.js';
import { makeOwnFile, readOwnFile } from './own-file.js';

/**
 * One run's hold on a destination: a file in its root that names the run and its processes.
 *
 * It is taken by making the file exclusively. The claim of a dead run D is taken over by making `heir of D`
 * exclusively, which only one of several rivals can, looking once more that D's claim still stands, and
 * renaming one's own claim over it. An heir that dies on the way is succeeded in the same manner.
 */
export class Claim {
  #root: BytePath;
  readonly #run: ClaimingRun;
  #workers: readonly number[] = [];
  /** The names of its own files. */
  readonly #made = new Set<string>();
  #isReleased = false;
  #beganAt = 0;

  private constructor(root: BytePath, run: ClaimingRun) {
    this.#root = root;
    this.#run = run;
  }

  /**
   * @param root of the destination, without a slash at its end
   * @returns the claim, and the ids of the dead runs that it follows
   * @throws {RefusedError} where another run has it that lives, or may live on another machine
   */
  static async take(root: BytePath, run: ClaimingRun): Promise<{ claim: Claim; dead: string[] }> {
    const claim = new Claim(root, run);
    const dead: string[] = [];
    claim.#names(); // a run that is refused leaves no trace
    try {
      await claim.#take(dead);
    } catch (error) {
      for (const name of claim.#made) removeIfPossible(claim.#path(name));
      throw error;
    }
    return { claim, dead };
  }

  async #take(dead: string[]): Promise<void> {
    while (!(this.#isFree() && this.#make(CLAIM_NAME)) && !(await this.#follow(dead)));
    this.#beganAt = Math.floor(lstatSync(this.#path(CLAIM_NAME)).ctimeMs / 1000);
    // Files of rivals that died on the way; those that live look at the claim once more and see that it is taken.
    for (const name of this.#names()) {
      if (name.startsWith(`${CLAIM_NAME}.`)) removeIfPossible(this.#path(name));
    }
  }

  /** When it was taken, by the destination's clock; seconds. */
  get beganAt(): number {
    return this.#beganAt;
  }

  /** Workers of a killed run count as alive while they live: the claim names them. */
  nameWorkers(pids: readonly number[]): void {
    if (this.#isReleased) return;
    if (pids.length === this.#workers.length && pids.every((pid, n) => pid === this.#workers[n])) return;
    this.#workers = pids;
    const path = this.#path(temporaryName(this.#run.id));
    try {
      makeOwnFile(path, this.#text(), this.#run);
      renameSync(path, this.#path(CLAIM_NAME));
    } catch (error) {
      removeIfPossible(path);
      throw error;
    }
  }

  /** The destination has another path now, and the claim with it. */
  moved(root: BytePath): void {
    this.#root = root;
  }

  /** @throws where it cannot be removed; the destination itself may have gone */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    try {
      this.#remove(CLAIM_NAME);
    } catch (error) {
      const { code, message } = failureOf(error);
      const path = readable(rawName(`${this.#root}/${CLAIM_NAME}`));
      throw new EntryError(code, `the claim of this run cannot be removed: ${message}; remove ${path}`, {
        cause: error,
      });
    }
  }

  /** @returns whether the claim is ours now; if not, it is worth another try */
  async #follow(dead: string[]): Promise<boolean> {
    const holder = this.#read(CLAIM_NAME);
    if (holder === undefined) return false;
    await refuseIfAlive(this.#root, holder, CLAIM_NAME);
    // From here on only one of several rivals comes through, for each dead run.
    const heirs = [holder.runId];
    for (let next = holder.runId; !this.#make(heirName(next)); ) {
      const heir = this.#read(heirName(next));
      if (heir === undefined) return false;
      await refuseIfAlive(this.#root, heir, heirName(next));
      next = heir.runId;
      heirs.push(next);
    }
    const name = heirName(heirs.at(-1) ?? holder.runId);
    if (this.#read(CLAIM_NAME)?.runId !== holder.runId) {
      // The winner may have removed it already.
      this.#remove(name);
      return false;
    }
    try {
      renameSync(this.#path(name), this.#path(CLAIM_NAME));
    } catch (error) {
      const path = readable(rawName(`${this.#root}/${CLAIM_NAME}`));
      throw refusal(path, 'is the claim of a run that has died, and cannot be replaced', error);
    }
    this.#made.delete(name);
    this.#made.add(CLAIM_NAME);
    dead.push(...heirs);
    return true;
  }

  /** A look before anything is written: a run that is refused leaves no trace. */
  #isFree(): boolean {
    return lstatSync(this.#path(CLAIM_NAME), { throwIfNoEntry: false }) === undefined;
  }

  #names(): string[] {
    try {
      return readdirSync(native(this.#root));
    } catch (error) {
      throw refusal(readable(this.#root), 'cannot be read', error);
    }
  }

  /** @returns whether it could be made: false where the name is taken, or a winner cleaned up meanwhile */
  #make(name: string): boolean {
    const claimant = claimantName(this.#run.id);
    const temporary = this.#path(claimant);
    try {
      makeOwnFile(temporary, this.#text(), this.#run);
      this.#made.add(claimant);
      try {
        // A link, so that nobody ever sees a claim without its content.
        linkSync(temporary, this.#path(name));
        this.#made.add(name);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return false;
        // vfat and its like have no links.
        if (!isLinkRefusal(error)) throw error;
        makeOwnFile(this.#path(name), this.#text(), this.#run);
        this.#made.add(name);
      } finally {
        this.#remove(claimant);
      }
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw refusal(readable(this.#root), 'cannot be written', error);
    }
  }

  #read(name: string): Holder | undefined {
    try {
      return parseHolder(readOwnFile(this.#path(name)));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw new RefusedError(
        `${readable(rawName(`${this.#root}/${name}`))}: is not a readable claim; if no run is using the folder, remove it`,
        'EBUSY',
        { cause: error },
      );
    }
  }

  #text(): string {
    const workers = this.#workers.map(identityOf);
    const { id: runId, isFleet } = this.#run;
    const holder = { runId, ...thisMachine(), ...identityOf(process.pid), workers };
    return `${JSON.stringify(isFleet ? { ...holder, isFleet } : holder)}\n`;
  }

  #remove(name: string): void {
    unlinkIfThere(this.#path(name));
    this.#made.delete(name);
  }

  #path(name: string): string | Buffer {
    return native(`${this.#root}/${name}`);
  }
}

export interface ClaimingRun {
  readonly id: string;
  /** Whether its claim has to be readable after a power cut, which can leave an empty file. */
  readonly fsync: boolean;
  /** Whether workers on other machines may work for it. */
  readonly isFleet: boolean;
}

/** It may be a folder or another user's, and the destination unmounted or read-only by now: then it stays. */
function removeIfPossible(path: string | Buffer): void {
  try {
    unlinkIfThere(path);
  } catch {
    // It holds nobody up: the next run takes over what a dead one left.
  }
}
