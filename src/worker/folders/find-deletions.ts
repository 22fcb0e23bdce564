import { lacksDescriptors } from '../../files/failure.js';
import { type FolderHandles, openFolderHandles } from '../../files/trees/folder-handles.js';
import type { ExtrasScope } from '../../folders/extras.js';
import { findDeletions } from '../../folders/find-deletions.js';
import type { DeletionLook, DeletionRules, FoundDeletions } from '../../protocol/deletions.js';
import type { Exclusions } from '../../rules/path-patterns.js';
import type { WorkerContext } from '../context/worker-context.js';

/** Looks for what is to go, as the parent would. */
export async function findDeletionsIn(
  context: WorkerContext,
  looks: readonly DeletionLook[],
): Promise<FoundDeletions[]> {
  const { deletion, source: root, dereference: followLinks } = context.settings;
  if (deletion === undefined) throw new TypeError('deletions are looked for in a worker that has no rules');
  context.filters ??= await filtersOf(deletion);
  // Opened anew: a folder that was opened to be copied may since have given its place to another, and be empty.
  const source = openFolderHandles(root, { followLinks, mostOpen: OPEN_FOLDERS });
  const scope = scopeOf(context, deletion, source);
  const found: FoundDeletions[] = [];
  try {
    for (const look of looks) found.push(await find(context, scope, look));
  } finally {
    source.close();
  }
  return found;
}

/** Beside those that are held for copying. */
const OPEN_FOLDERS = 4;

async function find(context: WorkerContext, scope: ExtrasScope, look: DeletionLook): Promise<FoundDeletions> {
  const { turns } = context;
  const found = await turns.share(() => walk(context, scope, look));
  if (found.kind !== 'failed' || !lacksDescriptors(found.failure)) return found;
  return await turns.alone(async () => {
    context.closeFolders();
    scope.source.close();
    return await walk(context, scope, look);
  });
}

async function walk(context: WorkerContext, scope: ExtrasScope, look: DeletionLook): Promise<FoundDeletions> {
  const steps = findDeletions(scope, look);
  for (let breathMs = performance.now(); ; ) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - breathMs < BREATHE_EVERY_MS) continue;
    await context.letSignalsIn();
    breathMs = performance.now();
  }
}

/** What reads patterns is loaded only where there are any. */
async function filtersOf({ patterns }: DeletionRules): Promise<Exclusions | undefined> {
  if (patterns === undefined) return undefined;
  const { PathPatterns } = await import('../../rules/path-patterns.js');
  return new PathPatterns(patterns);
}

function scopeOf(
  { filters, destination, settings }: WorkerContext,
  { oneFileSystem, sourceRoot, onlyOn, backup, sparesExcluded }: DeletionRules,
  source: FolderHandles,
): ExtrasScope {
  const spared = { filters: sparesExcluded ? filters : undefined, onlyOn, sourceRoot, backup };
  const { dereference } = settings;
  return {
    source,
    destination,
    spared,
    dereference,
    oneFileSystem,
    sourceRoot,
    selection: undefined,
    filters,
  };
}

/** Also in a folder of very many names a worker notices that the run has ended. */
const BREATHE_EVERY_MS = 20;
