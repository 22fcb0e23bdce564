import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { JobBatch } from '../../src/copier/dispatch/job-batch.js';
import { LocalHands } from '../../src/copier/dispatch/local-hands.js';
import type { PendingJob } from '../../src/copier/dispatch/pending-job.js';
import { bytePath, ROOT } from '../../src/files/byte-path.js';
import { stat } from '../../src/files/system/stat.js';
import { BeatWriter, type Moment } from '../../src/protocol/beat.js';
import {
  type BatchEnd,
  JOB_HOWS,
  type WorkerReport,
  type WorkerSettings,
} from '../../src/protocol/messages.js';
import { scratchFolder } from '../helpers/scratch-folder.js';

const past = 1_600_000_000;

/** A source with one file, and an empty destination; the file may stand there too, as another try has made it. */
export class WorkerScene {
  readonly root = scratchFolder();
  readonly file = join(this.root, 'to/file');

  constructor() {
    for (const folder of ['from', 'to']) mkdirSync(join(this.root, folder));
    this.write('from', 'content');
  }

  write(folder: 'from' | 'to', content: string): void {
    const path = join(this.root, folder, 'file');
    writeFileSync(path, content);
    utimesSync(path, past, past);
  }

  /** @returns the path of a beat of that moment */
  beat(moment: Moment): string {
    const beat = new BeatWriter();
    onTestFinished(() => beat.close());
    beat.write(moment);
    return beat.path;
  }

  /** The job of the file, as it is now. */
  get job(): PendingJob {
    const facts = stat(join(this.root, 'from/file'));
    return { kind: 'file', folder: ROOT, name: bytePath('file'), facts, attempt: 1 };
  }

  /** A worker as members of a fleet have them. */
  hands(changes: Partial<WorkerSettings>): LocalHands {
    const settings: WorkerSettings = { ...usual(this.root), ...changes };
    const hands = new LocalHands({ most: 1, isWanted: true }, settings, undefined, () => {});
    onTestFinished(async () => void (await hands.end()));
    return hands;
  }

  /** @param atATime how many files are under way at a time, at most */
  async copy(again: boolean, changes: Partial<WorkerSettings>, atATime = 1): Promise<BatchEnd> {
    const jobs = new JobBatch({ attempt: again ? 2 : 1, again });
    jobs.add(this.job);
    const reports: WorkerReport[] = [];
    const end = await this.hands(changes).run(jobs.message({ id: 1, isLastTry: false, atATime }), report =>
      reports.push(report),
    );
    const told = [...reports, end.rest].find(({ done }) => done.hows.length > 0);
    return told === undefined ? end : { ...end, rest: told };
  }
}

/** The settings of a worker in a fleet. */
export function usual(root: string): WorkerSettings {
  return {
    source: bytePath(join(root, 'from')),
    destination: bytePath(join(root, 'to')),
    finalDestination: bytePath(join(root, 'to')),
    chunkSize: 1024,
    runId: '0123456789abcdef',
    standing: 'nothing',
    trust: 'nothing',
    verify: false,
    digests: false,
    fsync: true,
    ifExists: 'overwrite',
    reflink: 'never',
    dereference: false,
    attributes: false,
    strict: false,
    setsModes: false,
    looks: 'none',
    readsExtras: false,
    backup: undefined,
    snapshots: [],
    deletion: undefined,
    tellsBegin: false,
    fleet: { began: 0, beatFile: undefined },
    parentPid: process.pid,
  };
}

/** How the file ended: a way, or a failure's code. */
export function howOf({ rest }: BatchEnd): string | undefined {
  return rest.failed[0]?.failure.code ?? JOB_HOWS.wordOf(rest.done.hows[0]);
}
