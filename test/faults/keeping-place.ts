import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CopyOptions } from '../../src/copier/request/options.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { killIfThere } from '../helpers/processes.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { type SnapshotEntry, type TreeSnapshot, treeSnapshot } from '../helpers/tree-snapshot.js';
import { spawnCopy } from './spawn-copy.js';

const folders = 12;
const filesInEach = 60;
const [lately, before] = ['1500000000000000000', '1400000000000000000'];

/** A run with `linkDest`, `backupDir` and `delete` together, for many moments at which it is killed. */
export class KeepingPlace {
  readonly #root: string;
  readonly #backups: string;
  readonly #source: string;
  readonly #snapshot: string;
  readonly #old: string;
  readonly #before: { source: TreeSnapshot; snapshot: TreeSnapshot; old: TreeSnapshot };
  #moments = 0;

  /** @param backups where the backups are, if not beside the copies */
  constructor(root: string, backups = root) {
    this.#root = root;
    this.#backups = backups;
    this.#source = makeTree(sourceEntries(), join(root, 'source'));
    this.#snapshot = join(root, 'snapshot');
    execFileSync('cp', ['-a', this.#source, this.#snapshot]);
    // What is no longer the same there.
    for (let folder = 0; folder < folders; folder += 1)
      execFileSync('touch', [
        '-d',
        '@7',
        ...[1, 4, 7].map(file => join(this.#snapshot, `${folder}/${file}`)),
      ]);
    this.#old = makeTree(oldEntries(), join(root, 'old'));
    this.#before = {
      source: treeSnapshot(this.#source),
      snapshot: treeSnapshot(this.#snapshot),
      old: treeSnapshot(this.#old),
    };
  }

  /** How long a run takes that nobody kills, milliseconds. */
  async wholeRunMs(stands: boolean): Promise<number> {
    const place = this.#place(stands);
    const sinceMs = performance.now();
    await this.#run(place).finished;
    const tookMs = performance.now() - sinceMs;
    execFileSync('rm', ['-rf', place]);
    return tookMs;
  }

  /** Kills all processes of a run, looks at what is left, and lets a second run complete it. @returns what is wrong */
  async live(stands: boolean, afterMs: number): Promise<{ wasKilled: boolean; problems: string[] }> {
    const place = this.#place(stands);
    const run = this.#run(place);
    await Promise.race([delay(afterMs), run.finished]);
    const pids = run.processes();
    for (const pid of pids) killIfThere(pid, 'SIGKILL');
    const { signal } = await run.finished;
    for (let tries = 0; run.processes().length > 0 && tries < 1000; tries += 1) await delay(5);
    const problems = [...(stands ? this.#lostIn(place) : []), ...this.#changed()];
    const second = this.#run(place);
    const { status, stderr } = await second.finished;
    if (status !== 0 || stderr !== '') problems.push(`the second run: status ${status}, ${stderr}`);
    problems.push(...compareTrees(this.#before.source, join(place, 'copy')));
    problems.push(...(stands ? this.#lostIn(place) : []), ...this.#changed());
    for (const folder of [place, this.#backupOf(place)]) {
      const left = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
      problems.push(...left.filter(isOurs).map(name => `left: ${name}`));
    }
    if (problems.length === 0) execFileSync('rm', ['-rf', place, this.#backupOf(place)]);
    return { wasKilled: signal === 'SIGKILL', problems };
  }

  #place(stands: boolean): string {
    this.#moments += 1;
    const place = join(this.#root, `moment ${this.#moments}`);
    mkdirSync(place);
    if (stands) execFileSync('cp', ['-a', this.#old, join(place, 'copy')]);
    return place;
  }

  #backupOf(place: string): string {
    return join(this.#backups, `backup of ${basename(place)}`);
  }

  #run(place: string): ReturnType<typeof spawnCopy> {
    const options: CopyOptions = {
      ...{ ifExists: 'update', delete: true, workers: 3 },
      ...{ linkDest: [this.#snapshot], backupDir: this.#backupOf(place) },
    };
    return spawnCopy([this.#source, join(place, 'copy'), JSON.stringify(options)]);
  }

  /** Whatever stood there is there still, or in the backup, whole; and nothing is neither old nor new. */
  #lostIn(place: string): string[] {
    const copy = treeSnapshot(join(place, 'copy'));
    const kept = this.#backupOf(place);
    const backup = existsSync(kept) ? treeSnapshot(kept) : new Map();
    const problems: string[] = [];
    for (const [path, old] of this.#before.old) {
      if (old.kind === 'folder') continue;
      if (!isSame(copy.get(path), old) && !keptAs(backup, path).some(kept => isSame(kept, old)))
        problems.push(`${path} is lost`);
    }
    for (const [path, entry] of copy) {
      if (entry.kind === 'folder' || isOurs(path)) continue;
      const wanted = [this.#before.old.get(path), this.#before.source.get(path)];
      if (!wanted.some(one => one !== undefined && isSame(entry, one)))
        problems.push(`${path} is neither old nor new`);
    }
    return problems;
  }

  /** Source and snapshot are only read. */
  #changed(): string[] {
    return [
      ...compareTrees(this.#before.source, this.#source).map(line => `source: ${line}`),
      ...compareTrees(this.#before.snapshot, this.#snapshot).map(line => `snapshot: ${line}`),
    ];
  }
}

function sourceEntries(): TreeEntry[] {
  return Array.from({ length: folders }, (_, folder) =>
    Array.from({ length: filesInEach }, (_, file): TreeEntry => {
      const path = `${folder}/${file}`;
      if (file % 20 === 19) return { path, kind: 'link', target: `${file - 1}`, mtime: lately };
      if (file % 20 === 18) return { path, kind: 'hardlink', to: `${folder}/${file - 1}` };
      return { path, kind: 'file', size: (folder * 997 + file * 389) % 20_000, mtime: lately };
    }),
  ).flat();
}

/** Some as in the source but older, some in the way as another kind, and some that the source does not have. */
function oldEntries(): TreeEntry[] {
  return Array.from({ length: folders }, (_, folder): TreeEntry[] => [
    ...Array.from({ length: filesInEach / 2 }, (_, file): TreeEntry => {
      const path = `${folder}/${file}`;
      if (file % 10 === 3)
        return { path: `${path}/filled`, kind: 'file', content: `in ${path}`, mtime: before };
      if (file % 10 === 5) return { path, kind: 'link', target: 'old', mtime: before };
      return { path, kind: 'file', content: `old ${path}`, mtime: before };
    }),
    ...Array.from({ length: 20 }, (_, file): TreeEntry => {
      return { path: `${folder}/gone ${file % 4}/${file}`, kind: 'file', content: `${file}`, mtime: before };
    }),
  ]).flat();
}

function isSame(entry: SnapshotEntry | undefined, wanted: SnapshotEntry): boolean {
  if (entry === undefined || entry.kind !== wanted.kind) return false;
  const { stats, digest, target } = entry;
  if (stats.mtimeNs !== wanted.stats.mtimeNs || stats.mode !== wanted.stats.mode) return false;
  return digest === wanted.digest && String(target) === String(wanted.target);
}

/** What stands in the backup under a path, or under it with a number. */
function keptAs(backup: ReadonlyMap<string, SnapshotEntry>, path: string): SnapshotEntry[] {
  return [path, `${path}.~1~`, `${path}.~2~`].flatMap(name => backup.get(name) ?? []);
}

function isOurs(path: string): boolean {
  return basename(path).startsWith('.folder-copy') || path.includes('.partial');
}
