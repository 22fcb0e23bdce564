import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../helpers/free-port.js';
import { fromRoot } from '../../helpers/project-root.js';
import { compiled, isInstalled } from '../compiled.js';
import { median } from '../statistics.js';

/**
 * A copy over a fleet, on storage whose every call takes two milliseconds: alone, and with members that have a mount of
 * their own. Then with members that only answer.
 */
export async function fleet(rounds: number): Promise<string> {
  if (process.getuid?.() !== 0 || !['gcc', 'pkg-config', 'fusermount3', 'redis-server'].every(isInstalled))
    return '### fleet: left out, since its file system or its Redis cannot be had here\n';
  const base = mkdtempSync(join(tmpdir(), 'folder-copy-bench-fleet-'));
  const ended: (() => void)[] = [];
  try {
    const place = await makePlace(base, ended);
    const files = Number(process.env.FLEET_FILES ?? 20_000);
    makeFiles(place.backing, files);
    const fleets = FLEETS.map(members => ({ members, runs: [] as FleetRun[] }));
    const idle: FleetRun[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const { members, runs } of fleets) runs.push(await copyOnce(place, members, 'real'));
      idle.push(await copyOnce(place, 4, 'idle'));
    }
    const of = (runs: readonly FleetRun[], figure: keyof FleetRun) => median(runs.map(run => run[figure]));
    const none = of(fleets[0]?.runs ?? [], 'seconds');
    const row = (words: string, runs: readonly FleetRun[], more = '') => {
      const seconds = of(runs, 'seconds');
      const figures = [words, `${seconds.toFixed(2)} s`, (none / seconds).toFixed(1)];
      return `| ${figures.join(' | ')} | ${Math.round(of(runs, 'busy') * 100)} %${more} |`;
    };
    const answered = Math.round(files / of(idle, 'seconds'));
    return [
      `### fleet: ${files} files in folders of ${FILES_EACH}, 2 ms a call, \`-w 2\` everywhere, medians of ${rounds}`,
      '',
      '| members | time | times as fast | processors busy |',
      '| --- | ---: | ---: | ---: |',
      ...fleets.map(({ members, runs }) => row(members === 0 ? 'none' : String(members), runs)),
      row('4 that only answer', idle),
      '',
      `With members that only answer: ${answered} files a second; Redis: ${of(idle, 'redisUsABatch').toFixed(0)} µs a batch.`,
      '',
    ].join('\n');
  } finally {
    for (const end of ended.reverse()) end();
    rmSync(base, { recursive: true, force: true });
  }
}

const FLEETS = (process.env.FLEET_MEMBERS ?? '0,1,2,4').split(',').map(Number);
/** Few: the kernel lets one process at a time create in a folder, and that is what all would wait for. */
const FILES_EACH = 20;

interface FleetPlace {
  readonly backing: string;
  /** A mount for each host; all of them at the same path, each in a mount namespace of its own. */
  readonly point: string;
  readonly port: number;
  readonly program: string;
}

async function makePlace(base: string, ended: (() => void)[]): Promise<FleetPlace> {
  const [backing, point] = [join(base, 'backing'), join(base, 'point')];
  for (const folder of [backing, point]) mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4g,nr_inodes=0', 'tmpfs', backing]);
  ended.push(() => execFileSync('umount', ['-l', backing]));
  const port = await freePort();
  const redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
    cwd: base,
  });
  ended.push(() => redis.kill());
  await sleep(500);
  return { backing, point, port, program: compiled('slow/slowfs.c', 'fuse3') };
}

function makeFiles(backing: string, files: number): void {
  for (let folder = 0; folder * FILES_EACH < files; folder += 1) {
    const path = join(backing, 'source', `folder ${folder}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < FILES_EACH; file += 1)
      writeFileSync(join(path, `file ${file}`), Buffer.alloc((file * 163) % 8192, file));
  }
}

interface FleetRun {
  readonly seconds: number;
  /** The share of all processors' time. */
  readonly busy: number;
  readonly redisUsABatch: number;
}

async function copyOnce(place: FleetPlace, members: number, kind: 'real' | 'idle'): Promise<FleetRun> {
  const url = `redis://127.0.0.1:${place.port}`;
  rmSync(join(place.backing, 'copy'), { recursive: true, force: true });
  const command = fromRoot('dist/lib/folder-copy.js');
  const idle = fromRoot('dist/test/bench/fleet/idle-member.js');
  const words =
    kind === 'real'
      ? [command, '--join', url, '--root', place.point, '-w', '2', '-q']
      : [idle, String(place.port), place.point, '2'];
  const helpers = Array.from({ length: members }, () => onHost(place, words));
  if (members > 0) await sleep(3_000);
  const redis = new Redis({ port: place.port });
  await redis.config('RESETSTAT');
  const before = processorTimes();
  const copy = onHost(place, [command, '--fleet', url, '-w', '2', '--progress', 'json', 'source', 'copy']);
  let text = '';
  copy.stdout?.setEncoding('utf8').on('data', chunk => (text += chunk));
  const [status] = await once(copy, 'exit');
  const after = processorTimes();
  const { seconds } = JSON.parse(text.trim().split('\n').at(-1) ?? '{}') as { seconds: number };
  for (const helper of helpers) await endOf(helper);
  if (status !== 0 && kind === 'real') throw new Error(`the copy ended with ${status}`);
  const stats = await redis.info('commandstats');
  redis.disconnect();
  const usec = Array.from(stats.matchAll(/cmdstat_(?:eval|evalsha|blpop):calls=\d+,usec=(\d+)/g), ([, us]) =>
    Number(us),
  ).reduce((sum, us) => sum + us, 0);
  const [, answers = '1'] = /cmdstat_rpush:calls=(\d+)/.exec(stats) ?? [];
  const busy = 1 - (after.idle - before.idle) / (after.all - before.all);
  return { seconds, busy, redisUsABatch: usec / Number(answers) };
}

function processorTimes(): { readonly all: number; readonly idle: number } {
  let [all, idle] = [0, 0];
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.irq + times.idle;
    idle += times.idle;
  }
  return { all, idle };
}

/** A member ends with the run; one that came too late would wait for the next. */
async function endOf(helper: ChildProcess): Promise<void> {
  if (helper.exitCode !== null || helper.signalCode !== null) return;
  const ended = once(helper, 'exit');
  const timer = setTimeout(() => process.kill(-Number(helper.pid)), 5_000);
  await ended;
  clearTimeout(timer);
}

/** In a mount namespace of its own, with a mount of its own. */
function onHost({ program, backing, point }: FleetPlace, words: readonly string[]): ChildProcess {
  const script = [
    'fs=$1 from=$2 at=$3; shift 3; $fs -d 2000 "$from" "$at" &',
    'until mountpoint -q "$at"; do sleep 0.02; done',
    'cd "$at"; "$@"; status=$?; cd /; umount -l "$at"; exit $status',
  ].join('\n');
  const all = [program, backing, point, process.execPath, ...words];
  return spawn('unshare', ['-m', '--propagation', 'private', 'sh', '-c', script, 'sh', ...all], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
}
