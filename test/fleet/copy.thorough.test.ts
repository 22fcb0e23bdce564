import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { bytePath } from '../../src/files/byte-path.js';
import { CLAIM_NAME } from '../../src/files/reserved-names.js';
import { stat } from '../../src/files/system/stat.js';
import { keysOf, RUNS_KEY } from '../../src/fleet/wire/keys.js';
import { offerText, ownIdentity, sourceIdentity } from '../../src/fleet/wire/offer.js';
import type { WorkerSettings } from '../../src/protocol/messages.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { eventsOf } from '../helpers/events.js';
import { needs } from '../helpers/needs.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { manyFiles, startCoordinator, startMember, startRedis } from './fleet-scene.js';
import { usual, WorkerScene } from './worker-scene.js';

test(
  'members copy together with the machine that runs the copy, and end with it',
  needs('redis-server'),
  async () => {
    const redis = await startRedis();
    const root = scratchFolder();
    manyFiles(root, 60, 50);
    const source = join(root, 'source');
    for (const folder of [0, 1, 2])
      linkSync(join(source, 'folder 3/file 1'), join(source, `folder ${folder}/hard link`));
    symlinkSync('nowhere', join(source, 'link'));
    mkdirSync(join(source, 'empty'));
    // Slow enough for both to join before it ends.
    const slow = ['--bwlimit', '100k'];
    const members = [startMember(redis, root, ['-v', ...slow]), startMember(redis, root, ['-v', ...slow])];
    for (const member of members) await member.sees(/waiting for a run/);

    const { status, stdout, stderr } = await startCoordinator(redis, root, slow).finished;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const events = eventsOf(stdout);
    const joined = events.filter(event => event.type === 'member' && event.state === 'joined');
    expect(joined).toHaveLength(2);
    const files = events.filter(event => event.type === 'file').map(({ path }) => path);
    expect(files).toHaveLength(60 * 51 + 3 + 2);
    expect(new Set(files).size).toBe(files.length);
    for (const member of members) {
      const end = await member.finished;
      expect(end.status).toBe(0);
      expect(end.stderr).toMatch(/^streamed folder/m);
    }
    expect(compareTrees(source, join(root, 'copy'))).toEqual([]);
    expect(await redis.size()).toBe(0);
  },
);

test('a large file is whole, whoever copies its ranges', needs('redis-server'), async () => {
  const redis = await startRedis();
  const root = scratchFolder();
  manyFiles(root, 1, 1);
  writeFileSync(join(root, 'source/large'), Buffer.alloc(150 * 1024 * 1024, 'large '));
  const member = startMember(redis, root, ['-v']);
  await member.sees(/waiting for a run/);
  const copy = startCoordinator(redis, root, ['--bwlimit', '20m']);
  expect((await copy.finished).status).toBe(0);
  const end = await member.finished;
  expect(end.status).toBe(0);
  expect(end.stderr).toMatch(/joined the run/);
  expect(compareTrees(join(root, 'source'), join(root, 'copy'))).toEqual([]);
  expect(await redis.size()).toBe(0);
});

test('without members it is a local copy', needs('redis-server'), async () => {
  const redis = await startRedis();
  const root = scratchFolder();
  manyFiles(root, 3, 3);
  const { status, stderr } = await startCoordinator(redis, root).finished;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(compareTrees(join(root, 'source'), join(root, 'copy'))).toEqual([]);
  expect(await redis.size()).toBe(0);
});

test(
  'an existing destination is merged into, and a member that comes late helps',
  needs('redis-server'),
  async () => {
    const redis = await startRedis();
    const root = scratchFolder();
    manyFiles(root, 40, 100);
    mkdirSync(join(root, 'copy/folder 0'), { recursive: true });
    writeFileSync(join(root, 'copy/folder 0/file 1'), 'other');
    const copy = startCoordinator(redis, root, ['--bwlimit', '200k']);
    await copy.sees(/"type":"file"/);
    const member = startMember(redis, root);
    const { status, stdout } = await copy.finished;
    expect(status).toBe(0);
    expect(stdout).toContain('"state":"joined"');
    expect((await member.finished).status).toBe(0);
    expect(compareTrees(join(root, 'source'), join(root, 'copy'))).toEqual([]);
  },
);

describe('a run that is about to end refuses nobody: a member waits for the next', () => {
  test('where its folders are named already', needs('redis-server'), async () => {
    const { root } = new WorkerScene();
    await expectWaiting(root, { ...usual(root), destination: bytePath(join(root, 'to.partial')) });
  });

  test('where nothing can be written in them any more', needs('redis-server', 'mount', 'root'), async () => {
    const { root } = new WorkerScene();
    const settings = usual(root);
    const to = join(root, 'to');
    writeFileSync(join(to, CLAIM_NAME), JSON.stringify({ runId: settings.runId }));
    execFileSync('mount', ['--bind', to, to]);
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', to]);
      await expectWaiting(root, settings);
    } finally {
      execFileSync('umount', [to]);
    }
  });
});

async function expectWaiting(root: string, settings: WorkerSettings): Promise<void> {
  const redis = await startRedis();
  const [runId, term] = [settings.runId, 'fedcba9876543210'];
  const source = sourceIdentity(stat(join(root, 'from')));
  const keys = keysOf(runId);
  await redis.ask(async client => {
    await client.set(keys.offer, offerText({ runId, term, as: ownIdentity(), source, settings }));
    await client.set(keys.run, term);
    await client.sadd(RUNS_KEY, runId);
  });
  const member = startMember(redis, root);
  await redis.ask(async client => {
    while (!(await client.info('commandstats')).includes('cmdstat_mget')) await sleep(20);
    await sleep(200);
    await client.del(keys.run);
  });
  await member.sees(/waiting for a run/);
  process.kill(member.pid, 'SIGTERM');
  const stderr = expect.not.stringMatching(/reached|written/);
  expect(await member.finished).toMatchObject({ status: 0, stderr });
}
