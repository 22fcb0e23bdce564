import { type BigIntStats, readlinkSync } from 'node:fs';
import { type BytePath, NAME_ENCODING, native } from '../common/byte-path.js';
import { kindOf } from '../common/facts.js';
import type { FolderHandles } from '../common/folder-handles.js';
import type { Job } from './job.js';
import { platformCalls } from './platform-calls.js';

/** What has to be seen of both trees: a worker's context, or the parent's in a dry run. */
export interface Sight {
  readonly source: FolderHandles;
  readonly destination: FolderHandles;
  /** Times closer together than this are one for the destination's file system. */
  readonly timeGrainNs: bigint;
  /** What stands in the destination at a path, a link itself and not what is behind it. */
  standing(path: BytePath | undefined): BigIntStats | undefined;
}

/** What of a job decides whether it is done already. */
export type Wanted = Pick<Job, 'kind' | 'folder' | 'name' | 'facts' | 'firstName'>;

/** Whether what stands in the destination is what the job would make, as kind, size and time tell. */
export function isUpToDate(sight: Sight, job: Wanted, standing: BigIntStats): boolean {
  if (job.kind === 'hardLink') return isLinked(sight, job, standing);
  if (kindOf(standing) !== kindOf(job.facts)) return false;
  if (!isSameTime(job.facts.mtimeNs, standing.mtimeNs, sight.timeGrainNs)) return false;
  if (job.kind === 'link') return textIn(sight.destination, job) === textIn(sight.source, job);
  return job.kind !== 'file' || standing.size === job.facts.size;
}

function isLinked(sight: Sight, job: Wanted, standing: BigIntStats): boolean {
  const first = sight.standing(job.firstName);
  return first !== undefined && first.ino === standing.ino && first.dev === standing.dev;
}

/** Times are equal that the destination cannot tell apart. */
function isSameTime(source: bigint, destination: bigint, grainNs: bigint): boolean {
  const grain = platformCalls() === undefined && grainNs < NODES_GRAIN_NS ? NODES_GRAIN_NS : grainNs;
  return floor(source, grain) === floor(destination, grain);
}

/** Plain Node sets times to the microsecond. */
const NODES_GRAIN_NS = 1000n;

function floor(time: bigint, grain: bigint): bigint {
  const rest = time % grain;
  return time - (rest < 0n ? rest + grain : rest);
}

function textIn(tree: FolderHandles, { folder, name }: Wanted): string {
  return readlinkSync(native(tree.at(folder) + name), { encoding: NAME_ENCODING });
}
