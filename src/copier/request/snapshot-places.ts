import { type BytePath, bytePath, native, readable } from '../../files/byte-path.js';
import { type Facts, kindOf } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';
import { lstatIfThere, stat } from '../../files/system/stat.js';
import { refusal, UsageError } from '../report/errors.js';
import { isWithin } from './overlap.js';
import { absolute, realPathOf } from './paths.js';
import type { Places } from './places.js';

/**
 * The roots of the snapshots whose entries may be linked to.
 * @throws {RefusedError} where one is missing, or lies where the copy would change it
 */
export function findSnapshots(places: Places, folders: readonly (string | Buffer)[]): BytePath[] {
  return folders.map(folder => findSnapshot(places, bytePath(folder)));
}

function findSnapshot(places: Places, path: BytePath): BytePath {
  if (path === '') throw new UsageError("link-dest: the folder's name is empty");
  const shown = `link-dest ${readable(path)}`;
  const facts = factsOf(shown, absolute(path));
  if (kindOf(facts) !== 'folder') throw new UsageError(`${shown}: is not a folder; name an earlier copy`);
  const root = realPathOf(shown, absolute(path));
  const { sourceFacts, sourceRoot, destinationRoot, partialRoot } = places;
  for (const made of [destinationRoot, partialRoot]) {
    const standing = lstatIfThere(native(made));
    if (standing !== undefined && isWithin(root, { root: made, facts: standing }))
      throw new UsageError(`${shown}: lies where the copy is made; name an earlier copy elsewhere`);
  }
  // A link would change the source's own entries.
  const source = { root: sourceRoot, facts: sourceFacts };
  if (isWithin(root, source) || isWithin(sourceRoot, { root, facts }))
    throw new UsageError(`${shown}: is the source, lies in it or contains it; name an earlier copy`);
  return root;
}

function factsOf(shown: string, path: BytePath): Facts {
  try {
    return stat(native(path));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw refusal(shown, 'cannot be read', error);
    throw new UsageError(`${shown}: no such folder; a relative path begins at the working folder`);
  }
}
