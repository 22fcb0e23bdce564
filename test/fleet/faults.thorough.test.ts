import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { eventsOf } from '../helpers/events.js';
import { needs } from '../helpers/needs.js';
import { killIfThere } from '../helpers/processes.js';
import type { RunningCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { manyFiles, startCoordinator, startMember, startRedis, type TestRedis } from './fleet-scene.js';

interface Scene {
  readonly redis: TestRedis;
  readonly root: string;
  readonly members: readonly RunningCommand[];
  readonly copy: RunningCommand;
}

const FILES = 100 * 60;

/** A copy of many seconds, in which both members have a part. */
async function begun(): Promise<Scene> {
  const redis = await startRedis();
  const root = scratchFolder();
  manyFiles(root, 100, 60);
  const members = [0, 1].map(() => startMember(redis, root, ['--bwlimit', '200k', '-v']));
  for (const member of members) await member.sees(/waiting for a run/);
  const copy = startCoordinator(redis, root, ['--bwlimit', '200k']);
  for (const member of members) await member.sees(/^streamed/m);
  return { redis, root, members, copy };
}

/** Each entry is told of once, and the copy is the source. */
async function expectWhole({ redis, root, copy }: Scene): Promise<void> {
  const { status, stdout } = await copy.finished;
  expect(eventsOf(stdout).filter(({ type }) => type === 'error')).toEqual([]);
  expect(status).toBe(0);
  const files = eventsOf(stdout).filter(event => event.type === 'file');
  expect(files).toHaveLength(FILES + 100);
  expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
  expect(compareTrees(join(root, 'source'), join(root, 'copy'))).toEqual([]);
  expect(await redis.size()).toBe(0);
}

describe('the copy is whole, and every entry told of once, where', () => {
  test('a member is killed', { ...needs('redis-server'), timeout: 120_000 }, async () => {
    const scene = await begun();
    for (const pid of scene.members[0]?.processes() ?? []) killIfThere(pid, 'SIGKILL');
    await expectWhole(scene);
    expect(scene.copy.output().stdout).toMatch(/"state":"lost"/);
    expect((await scene.members[1]?.finished)?.status).toBe(0);
  });

  test('a member and its workers stand still for 40 s', {
    ...needs('redis-server'),
    timeout: 150_000,
  }, async () => {
    const scene = await begun();
    const pids = scene.members[0]?.processes() ?? [];
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await sleep(40_000);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    await expectWhole(scene);
    expect(scene.copy.output().stdout).toMatch(/"state":"lost"/);
  });

  test('a worker of a member is killed', { ...needs('redis-server'), timeout: 120_000 }, async () => {
    const scene = await begun();
    const [worker] = scene.members[0]?.descendants() ?? [];
    killIfThere(worker ?? 0, 'SIGKILL');
    await expectWhole(scene);
    for (const member of scene.members) expect((await member.finished).status).toBe(0);
  });

  test('Redis is started anew', { ...needs('redis-server'), timeout: 120_000 }, async () => {
    const scene = await begun();
    await scene.redis.stop();
    await scene.redis.start();
    await expectWhole(scene);
    for (const member of scene.members) expect((await member.finished).status).toBe(0);
    expect(scene.copy.output().stdout.match(/"state":"joined"/g)?.length).toBeGreaterThan(2);
  });

  test('Redis goes, and does not come back', { ...needs('redis-server'), timeout: 150_000 }, async () => {
    const scene = await begun();
    await scene.redis.stop();
    const { status, stdout } = await scene.copy.finished;
    expect(status).toBe(0);
    expect(stdout).toMatch(/"state":"lost"/);
    expect(compareTrees(join(scene.root, 'source'), join(scene.root, 'copy'))).toEqual([]);
  });

  test('a member is told to end: it finishes what it has', {
    ...needs('redis-server'),
    timeout: 120_000,
  }, async () => {
    const scene = await begun();
    process.kill(scene.members[0]?.pid ?? 0, 'SIGTERM');
    const end = await scene.members[0]?.finished;
    expect(end?.status, end?.stderr).toBe(0);
    await expectWhole(scene);
    expect(scene.copy.output().stdout).toMatch(/"state":"left"/);
    expect(scene.copy.output().stdout).not.toMatch(/"state":"lost"/);
  });

  test('the machine that runs it is killed: the same command goes on', {
    ...needs('redis-server'),
    timeout: 150_000,
  }, async () => {
    const scene = await begun();
    for (const pid of scene.copy.processes()) killIfThere(pid, 'SIGKILL');
    await scene.copy.finished;
    const again = startCoordinator(scene.redis, scene.root, ['--bwlimit', '200k']);
    const { status, stdout } = await again.finished;
    expect(status).toBe(0);
    expect(stdout).toMatch(/"state":"joined"/);
    expect(compareTrees(join(scene.root, 'source'), join(scene.root, 'copy'))).toEqual([]);
    for (const member of scene.members) expect((await member.finished).status).toBe(0);
    expect(await scene.redis.size()).toBe(0);
  });

  test('it is stopped: members end, and the same command goes on', {
    ...needs('redis-server'),
    timeout: 120_000,
  }, async () => {
    const scene = await begun();
    process.kill(scene.copy.pid, 'SIGTERM');
    expect((await scene.copy.finished).signal).toBe('SIGTERM');
    for (const member of scene.members) expect((await member.finished).status).toBe(0);
    expect(await scene.redis.size()).toBe(0);
    const { status } = await startCoordinator(scene.redis, scene.root).finished;
    expect(status).toBe(0);
    expect(compareTrees(join(scene.root, 'source'), join(scene.root, 'copy'))).toEqual([]);
  });
});
