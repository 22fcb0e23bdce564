import { type BytePath, join, ROOT } from '../../files/byte-path.js';
import { copyOf, type Facts, kindOf, NOT_A_FOLDER, permissionsOf } from '../../files/facts.js';
import { FactsRow } from '../../files/facts-column.js';
import { type Failure, failedStep, failureOf } from '../../files/failure.js';
import { nameAt } from '../../files/name-column.js';
import { standingAt } from '../../files/trees/folder-handles.js';
import { type DeletionScope, findDeletions } from '../../folders/find-deletions.js';
import { isSpared } from '../../folders/spared.js';
import type { DeletionLook, FoundDeletions } from '../../protocol/deletions.js';
import { WakeUp } from '../../wake-up.js';
import { EmptiedFolder } from './emptied-folder.js';
import type { Remover } from './remover.js';

/**
 * Removes what is to go, each folder behind all that is in it. While the storage is slow others look for it, and remove
 * it, side by side.
 */
export class DeletionWalk {
  readonly #scope: DeletionScope;
  readonly #remover: Remover;
  readonly #others: DeletionHands | undefined;
  /** Folders that have not been looked at; the last is the next. */
  readonly #folders: EmptiedFolder[] = [];
  /** What others have found. */
  readonly #found: (readonly [EmptiedFolder, FoundDeletions])[] = [];
  /** Folders that all is through with that is in them. */
  readonly #emptied: EmptiedFolder[] = [];
  readonly #changes = new WakeUp();
  /** What others are at. */
  #looking = 0;
  #removing = 0;
  #removedHere = 0;
  #error: { readonly thrown: unknown } | undefined;

  /** @param others left out where nobody else could do it */
  constructor(scope: DeletionScope, remover: Remover, others?: DeletionHands) {
    this.#scope = scope;
    this.#remover = remover;
    this.#others = others;
  }

  /** What the copy does not have. */
  extras(): DeletionSteps {
    this.#folders.push(new EmptiedFolder(ROOT, undefined, undefined));
    return this.#through();
  }

  /** These entries, a folder with all that is in it, except what is spared. */
  *trees(paths: readonly BytePath[]): DeletionSteps {
    const { destination, spared } = this.#scope;
    for (const path of paths) {
      try {
        const facts = standingAt(destination, path);
        if (facts !== undefined && !isSpared(spared, path, facts)) yield* this.#goes(path, facts, undefined);
      } catch (error) {
        yield failed(path, error);
      }
    }
    yield* this.#through();
  }

  *#through(): DeletionSteps {
    for (;;) {
      if (this.#error !== undefined) throw this.#error.thrown;
      const emptied = this.#emptied.pop();
      if (emptied !== undefined) {
        yield* this.#leave(emptied);
        continue;
      }
      const found = this.#found.shift();
      if (found !== undefined) {
        yield* this.#take(...found);
        continue;
      }
      const isEnough = this.#looking >= MOST_LOOKS || this.#removing >= MOST_REMOVALS;
      const next = isEnough ? undefined : this.#folders.pop();
      if (next !== undefined) yield* this.#look(next);
      else if (this.#looking + this.#removing > 0) yield this.#wait();
      else return;
    }
  }

  *#look(folder: EmptiedFolder): DeletionSteps {
    const { path, isExtra } = folder;
    const look = { folder: path, isExtra, opens: this.#remover.opens };
    const find = this.#others?.isSlow ? this.#others.find : undefined;
    if (find !== undefined) {
      this.#looking += 1;
      this.#await(find(look), found => {
        this.#looking -= 1;
        this.#found.push([folder, found]);
      });
      return;
    }
    yield* this.#take(folder, yield* findDeletions(this.#scope, look));
  }

  *#take(folder: EmptiedFolder, found: FoundDeletions): DeletionSteps {
    const { path } = folder;
    if (found.kind === 'failed') {
      yield { kind: 'failed', path, failure: found.failure };
      folder.state = 'unknown';
    } else if (found.kind === 'spared') {
      folder.state = 'spared';
    } else {
      const { names, folders } = found;
      folder.source = found.source;
      folder.holdsSpared = found.holdsSpared;
      for (const below of found.shared) this.#folders.push(new EmptiedFolder(below, undefined, undefined));
      for (const { name, failure } of found.unseen) {
        yield { kind: 'failed', path: join(path, name), failure };
      }
      const facts = new FactsRow(found.facts);
      for (let row = 0; row < folders.ends.length; row += 1) {
        yield* this.#goes(join(path, nameAt(folders, row)), facts.moveTo(row), folder);
      }
      for (let row = 0; row < names.ends.length; row += 1) {
        yield* this.#goes(join(path, nameAt(names, row)), NOT_A_FOLDER, folder);
      }
    }
    this.#settle(folder);
  }

  /**
   * @param facts may be another's afterwards
   * @param within the folder that is looked through for it
   */
  *#goes(path: BytePath, facts: Facts, within: EmptiedFolder | undefined): DeletionSteps {
    if (within !== undefined) within.unsettled += 1;
    if (kindOf(facts) === 'folder') this.#folders.push(new EmptiedFolder(path, within, copyOf(facts)));
    else yield* this.#remove(path, facts, within);
  }

  *#remove(path: BytePath, facts: Facts, within: EmptiedFolder | undefined): DeletionSteps {
    const others = this.#remover.opens && this.#others?.isSlow ? this.#others : undefined;
    if (others === undefined) {
      yield this.#removeHere(path, facts, within);
      return;
    }
    this.#removing += 1;
    this.#await(others.remove(path, facts), isGone => {
      this.#removing -= 1;
      this.#removed(within, isGone);
    });
    while (others.isFull && this.#removing > 0) yield this.#wait();
  }

  #removeHere(path: BytePath, facts: Facts, within: EmptiedFolder | undefined): Deletion {
    try {
      // What only tells what would go takes no time, on slow storage either.
      const isTimed = this.#remover.opens && this.#removedHere++ % REMOVALS_A_MEASUREMENT === 0;
      if (this.#others === undefined || !isTimed) this.#remover.remove(path, facts);
      else this.#others.ofDestination(() => this.#remover.remove(path, facts));
      this.#removed(within, true);
      return { kind: 'deleted', path };
    } catch (error) {
      this.#removed(within, false);
      return failed(path, error);
    }
  }

  #removed(within: EmptiedFolder | undefined, isGone: boolean): void {
    if (within === undefined) return;
    within.hasLost ||= isGone;
    this.#settle(within);
  }

  #settle(folder: EmptiedFolder): void {
    folder.unsettled -= 1;
    if (folder.unsettled === 0) this.#emptied.push(folder);
  }

  /** All in the folder is through. */
  *#leave(folder: EmptiedFolder): DeletionSteps {
    const { path, facts, source, within, state } = folder;
    if (facts === undefined) {
      if (source !== undefined) yield { kind: 'touched', folder: path, facts: source };
      return;
    }
    const { filters } = this.#scope.spared;
    const isLeft = folder.holdsSpared || (!folder.hasLost && filters?.isOnlyEntered(path));
    if (state === 'looked through' && !isLeft) {
      yield* this.#remove(path, facts, within);
      return;
    }
    if (state === 'looked through') {
      try {
        this.#remover.restore(path, permissionsOf(facts));
      } catch (error) {
        yield failed(path, error);
      }
    }
    if (within !== undefined && state !== 'unknown') within.holdsSpared = true;
    this.#removed(within, false);
  }

  /** What it throws is thrown by the steps. */
  #await<T>(promise: Promise<T>, take: (value: T) => void): void {
    promise.then(take).then(
      () => this.#changes.call(),
      (thrown: unknown) => {
        this.#error ??= { thrown };
        this.#changes.call();
      },
    );
  }

  #wait(): Wait {
    return { kind: 'wait', until: this.#changes.next() };
  }
}

function failed(path: BytePath, error: unknown): Deletion {
  return { kind: 'failed', path, failure: failureOf(failedStep('cannot be deleted', error)) };
}

type DeletionSteps = Generator<DeletionStep, void, undefined>;

/** Undefined in between, so that the consumer can pause. */
export type DeletionStep = Deletion | Wait | undefined;

interface Wait {
  readonly kind: 'wait';
  readonly until: Promise<void>;
}

/** What was removed by the walk itself, or could not be. */
export type Deletion =
  | { readonly kind: 'deleted'; readonly path: BytePath }
  | { readonly kind: 'failed'; readonly path: BytePath; readonly failure: Failure }
  /** Something in this folder was deleted, so that its times have to be set anew. */
  | { readonly kind: 'touched'; readonly folder: BytePath; readonly facts: Facts };

/** Others who could do it. */
export interface DeletionHands {
  /** Whether the storage is slow. */
  readonly isSlow: boolean;
  /** Whether so much waits for them that they should not be given more. */
  readonly isFull: boolean;
  /** Left out where nobody else could decide what goes. */
  readonly find?: ((look: DeletionLook) => Promise<FoundDeletions>) | undefined;
  /** Removes an entry; what becomes of it is booked by then. @returns whether it is gone. */
  remove(path: BytePath, facts: Facts): Promise<boolean>;
  /** Does something in the destination, and takes the time. */
  ofDestination<T>(calls: () => T): T;
}

/** Several for each worker. */
const MOST_LOOKS = 64;
const REMOVALS_A_MEASUREMENT = 8;
/** What the kernel has learned of an entry by then is still believed when it goes. */
const MOST_REMOVALS = 512;
