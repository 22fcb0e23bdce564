import { lacksDescriptors } from '../../files/failure.js';
import type { FolderReading, FolderRequest } from '../../protocol/readings.js';
import type { WorkerContext } from '../context/worker-context.js';
import { readFolder } from './read-folder.js';

/** Reads folders side by side; those for which too many were open, once more, each by itself. */
export async function readFolders(
  context: WorkerContext,
  requests: readonly FolderRequest[],
): Promise<FolderReading[]> {
  const { turns } = context;
  const readings = await turns.share(() =>
    Promise.all(requests.map(request => readFolder(context, request))),
  );
  for (const [index, request] of requests.entries()) {
    if (!hasLackedDescriptors(readings[index])) continue;
    readings[index] = await turns.alone(async () => {
      context.closeFolders();
      return await readFolder(context, { ...request, again: true });
    });
  }
  return readings;
}

function hasLackedDescriptors(reading: FolderReading | undefined): boolean {
  const failure = reading?.kind === 'read' ? reading.destination.failure : reading?.failure;
  return failure !== undefined && lacksDescriptors(failure);
}
