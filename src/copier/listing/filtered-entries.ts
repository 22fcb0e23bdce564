import { type BytePath, ROOT } from '../../files/byte-path.js';
import { type ListOptions, listEntries } from './list-entries.js';
import type { EnteredFolder, Listed } from './listed.js';

/**
 * The same walk as `listEntries`, except that a folder which is copied only if something in it is copied is listed
 * only once that is found.
 */
export function filteredEntries(root: BytePath, options: ListOptions): Generator<Listed, void, undefined> {
  return options.filters?.hasOnlyEntered
    ? enteredLate(listEntries(root, options), folder => options.filters?.isOnlyEntered(folder) ?? false)
    : listEntries(root, options);
}

/** @param isOnlyEntered whether a folder is listed only if something in it is */
export function* enteredLate(
  walk: Iterable<Listed>,
  isOnlyEntered: (folder: BytePath) => boolean,
): Generator<Listed, void, undefined> {
  /** Folders that the walk is in and that have not been listed yet, from the root down. */
  const waiting: EnteredFolder[] = [];
  /** A folder that the walk was in already when it turned out that nothing of it is wanted. */
  let skipped: BytePath | undefined;

  function* tellWaiting(): Generator<Listed, void, undefined> {
    for (const { folder, facts } of waiting.splice(0)) {
      yield { kind: 'enter', folder, facts, skip: () => (skipped = folder) };
      if (skipped !== undefined) return;
    }
  }

  for (const listed of walk) {
    if (listed.kind === 'wait') {
      yield listed;
      continue;
    }
    if (skipped !== undefined) {
      if (listed.kind === 'leave' && listed.folder === skipped) skipped = undefined;
      continue;
    }
    switch (listed.kind) {
      case 'enter':
        if (listed.folder !== ROOT && isOnlyEntered(listed.folder)) {
          waiting.push(listed);
          break;
        }
        yield* tellWaiting();
        if (skipped === undefined) yield listed;
        break;
      case 'entry':
      case 'files':
        yield* tellWaiting();
        if (skipped === undefined) yield listed;
        break;
      case 'leave': {
        const { folder, failure } = listed;
        if (waiting.at(-1)?.folder !== folder) yield listed;
        else {
          waiting.pop();
          // What could not be read of it may have been wanted.
          if (failure !== undefined) yield { kind: 'failed', path: folder, isFolder: true, failure };
        }
        break;
      }
      case 'failed':
        yield listed;
        break;
      default:
        listed satisfies never;
    }
  }
}
