import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import { readOwnFile } from '../../copier/claim/own-file.js';
import { RefusedError } from '../../copier/report/errors.js';
import { nearestStanding, realPath } from '../../copier/request/paths.js';
import { type BytePath, NAME_ENCODING, native, rawName, readable } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import { failureOf } from '../../files/failure.js';
import { CLAIM_NAME } from '../../files/reserved-names.js';
import { HAS_DESCRIPTOR_PATHS, O_PATH } from '../../files/system/descriptor-paths.js';
import { stat } from '../../files/system/stat.js';
import { type Offer, sourceIdentity } from '../wire/offer.js';

/** The roots of a run, held open: whatever becomes of their paths, work goes on in these folders. */
export interface ProvenPlaces {
  /** How other processes of this machine reach them. */
  readonly source: BytePath;
  readonly destination: BytePath;
  readonly sourceFacts: Facts;
  close(): void;
}

/**
 * Opens a run's folders where they lie in the folders that this machine lends itself for, and are the run's.
 * @throws {RefusedError} saying why not
 */
export function provePlaces({ settings, source, runId }: Offer, roots: readonly BytePath[]): ProvenPlaces {
  const { backup, snapshots } = settings;
  for (const path of [...snapshots, ...(backup === undefined ? [] : [backup])]) refuseOutside(path, roots);
  const opened: number[] = [];
  const close = () => {
    for (const descriptor of opened) closeSync(descriptor);
  };
  try {
    const open = (path: BytePath) => {
      refuseOutside(path, roots);
      const descriptor = openRoot(path);
      opened.push(descriptor);
      return rawName(`/proc/${process.pid}/fd/${descriptor}`);
    };
    const places = { source: open(settings.source), destination: open(settings.destination) };
    const sourceFacts = stat(native(places.source));
    if (sourceIdentity(sourceFacts).join() !== source.join())
      throw refused(settings.source, 'is another folder here: another file system is mounted there');
    if (!holdsClaim(places.destination, runId))
      throw refused(
        settings.destination,
        'does not hold the claim of the run: another file system is mounted there',
      );
    return { ...places, sourceFacts, close };
  } catch (error) {
    close();
    if (error instanceof RefusedError) throw error;
    const { code, message } = failureOf(error);
    throw new RefusedError(`the run's folders cannot be reached here: ${message}`, code, { cause: error });
  }
}

/** @throws {RefusedError} */
export function refuseWithoutHandles(): void {
  if (!HAS_DESCRIPTOR_PATHS)
    throw new RefusedError('only Linux can lend workers: there is no /proc/self/fd here', 'ENOTSUP');
}

/** @throws {RefusedError} where a root does not exist */
export function realRoots(roots: readonly BytePath[]): readonly BytePath[] {
  return roots.map(root => {
    try {
      return realPath(root);
    } catch (error) {
      const { code, message } = failureOf(error);
      throw new RefusedError(`${readable(root)}: cannot be used as a root: ${message}`, code, {
        cause: error,
      });
    }
  });
}

function refuseOutside(path: BytePath, roots: readonly BytePath[]): void {
  const real = nearestStanding(path);
  if (!roots.some(root => isWithin(real, root)))
    throw refused(path, 'is outside of the folders that were given with --root');
}

function isWithin(path: BytePath, root: BytePath): boolean {
  return path === root || path.startsWith(root === '/' ? '/' : `${root}/`);
}

function openRoot(path: BytePath): number {
  const descriptor = openSync(native(path), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const real = readlinkSync(`/proc/self/fd/${descriptor}`, { encoding: NAME_ENCODING });
  if (real === path) return descriptor;
  closeSync(descriptor);
  throw refused(path, `leads to ${readable(rawName(real))} here`);
}

function holdsClaim(root: BytePath, runId: string): boolean {
  try {
    const claim: unknown = JSON.parse(readOwnFile(native(`${root}/${CLAIM_NAME}`)));
    return typeof claim === 'object' && claim !== null && 'runId' in claim && claim.runId === runId;
  } catch {
    return false; // It is not there, or cannot be read: then nothing shows that the folder is the run's.
  }
}

function refused(path: BytePath, what: string): RefusedError {
  return new RefusedError(`${readable(path)} ${what}`, 'EINVAL');
}
