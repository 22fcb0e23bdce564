import { ROOT } from '../../files/byte-path.js';
import { isReserved } from '../../files/reserved-names.js';
import { type FolderHandles, openFolderHandles } from '../../files/trees/folder-handles.js';
import { type ExtrasScope, hasCommonName } from '../../folders/extras.js';
import { namesIn } from '../../folders/names-in.js';
import { RefusedError, refusal } from '../report/errors.js';
import type { Request } from '../request/request.js';
import { DeletionWalk } from './deletion-walk.js';
import { sparedIn } from './destination.js';
import { extrasScope } from './extras-scope.js';
import { noRemover } from './remover.js';

/**
 * Refuses a deletion that looks like a mistake: the source's disk is not mounted, or another folder was meant. A
 * limit that was given counts instead.
 * @throws {RefusedError}
 */
export function refuseUnlikelyDeletion(request: Request): void {
  const { settings, places } = request;
  if (!settings.delete || settings.maxDelete !== undefined || !places.exists) return;
  const { source: from, destination: to } = places.shown;
  const why = whyUnlikely(request);
  if (why === undefined) return;
  const what =
    why === 'empty source'
      ? `${from}: is empty, and --delete would remove what is in ${to}; is its disk mounted?`
      : `${to}: has no name in common with ${from}, and --delete would remove what is in it; is it the right folder?`;
  throw new RefusedError(`${what} To delete it anyway, add --max-delete 100%`, 'TOO_MANY_DELETIONS');
}

/** @throws {RefusedError} where that cannot be told */
function whyUnlikely(request: Request): 'empty source' | 'nothing in common' | undefined {
  const { settings, places } = request;
  const source = openFolderHandles(places.sourceRoot, { followLinks: settings.dereference });
  const destination = openFolderHandles(places.destinationRoot);
  try {
    const spared = sparedIn(request, places.destinationRoot, 'content');
    const scope = extrasScope(request, { source, destination, spared });
    if (hasCommonName(scope) || !wouldDelete(scope)) return undefined;
    return isEmpty(source) ? 'empty source' : 'nothing in common';
  } catch (error) {
    request.filters?.rethrow(error);
    throw refusal(places.shown.destination, 'cannot be looked at for --delete', error);
  } finally {
    source.close();
    destination.close();
  }
}

function wouldDelete(scope: ExtrasScope): boolean {
  const walk = new DeletionWalk(scope, noRemover);
  for (const step of walk.extras()) if (step?.kind === 'deleted') return true;
  return false;
}

function isEmpty(source: FolderHandles): boolean {
  for (const name of namesIn(source, ROOT)) if (!isReserved(name)) return false;
  return true;
}
