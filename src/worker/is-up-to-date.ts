import { type BigIntStats, readlinkSync } from 'node:fs';
import { NAME_ENCODING, native } from '../common/byte-path.js';
import { kindOf } from '../common/facts.js';
import type { Job } from './job.js';
import { platformCalls } from './platform-calls.js';
import type { WorkerContext } from './worker-context.js';

/** Whether what stands in the destination is what the job would make, as kind, size and time tell. */
export function isUpToDate(context: WorkerContext, job: Job, path: string, standing: BigIntStats): boolean {
  if (job.kind === 'hardLink') return isLinked(context, job, standing);
  if (kindOf(standing) !== kindOf(job.facts)) return false;
  if (!isSameTime(job.facts.mtimeNs, standing.mtimeNs, context.timeGrainNs)) return false;
  if (job.kind === 'link') return readText(path) === readText(context.source.at(job.folder) + job.name);
  return job.kind !== 'file' || standing.size === job.facts.size;
}

function isLinked(context: WorkerContext, job: Job, standing: BigIntStats): boolean {
  const first = context.standing(job.firstName);
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

function readText(path: string): string {
  return readlinkSync(native(path), { encoding: NAME_ENCODING });
}
