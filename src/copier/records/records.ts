import { isFifo } from './open-to-write.js';
import { refusedUnless, SideFile, type SideFileKind } from './side-file.js';
import type { SidePipe } from './side-pipe.js';

/** What takes the records that a run writes beside the copy. */
export type Records = SideFile | SidePipe;

/** @throws {RefusedError} where it cannot be written */
export async function openRecords(path: string | Buffer, kind: SideFileKind): Promise<Records> {
  if (!refusedUnless(kind, path, () => isFifo(path))) return new SideFile(path, kind);
  // Loaded only where it is needed: few name a pipe.
  const { SidePipe } = await import('./side-pipe.js');
  return refusedUnless(kind, path, () => new SidePipe(path, kind));
}
