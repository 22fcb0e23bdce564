import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { failureOf } from '../common/failure.js';
import type { Places } from './check-places.js';
import { RefusedError } from './errors.js';

/** Makes a destination that does not stand, with its parents, closed to other users until it is finished. */
export async function makeDestination({ destinationRoot, exists }: Places): Promise<void> {
  if (exists) return;
  try {
    const parent = dirname(destinationRoot);
    if (!existsSync(parent)) {
      // Loaded only where it is needed: it takes a third of Node's own start.
      const { ensureDir } = await import('fs-extra/esm');
      await ensureDir(parent);
    }
    mkdirSync(destinationRoot, PRIVATE);
    // Its parent may have handed down the set-group-id bit, which would go on to everything in it.
    chmodSync(destinationRoot, PRIVATE);
  } catch (error) {
    const { code, message } = failureOf(error);
    throw new RefusedError(`${destinationRoot}: cannot be made: ${message} (${code})`, { cause: error });
  }
}

const PRIVATE = 0o700;
