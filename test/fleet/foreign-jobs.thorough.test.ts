import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { bytePath, toBase64 } from '../../src/files/byte-path.js';
import { keysOf, PREFIX, queueName, RUNS_KEY } from '../../src/fleet/wire/keys.js';
import { needs } from '../helpers/needs.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { begun, startMember, startRedis } from './fleet-scene.js';

const long = { ...needs('redis-server'), timeout: 120_000 };

test('jobs by hand make nothing outside of the roots', long, async () => {
  const redis = await startRedis();
  const root = scratchFolder();
  const outside = scratchFolder();
  const copy = await begun(redis, root);
  const member = startMember(redis, root, ['--bwlimit', '10k']);
  await member.sees(/joined/);
  symlinkSync(outside, join(root, 'copy.partial/link'));
  mkdirSync(join(root, 'source/link'));
  writeFileSync(join(root, 'source/link/file'), 'x');
  const connection = new Redis({ port: redis.port, maxRetriesPerRequest: null });
  try {
    const [runId = ''] = await connection.smembers(RUNS_KEY);
    const term = (await connection.get(keysOf(runId).run)) ?? '';
    const queue = new Queue(queueName(runId, term), { prefix: PREFIX, connection });
    const job = (folder: string, atATime = 1) => ({
      ...{ v: 1, term, batch: 999_999, isLastTry: true, atATime },
      folders: [toBase64(bytePath(folder))],
      folderOf: Buffer.from(Uint16Array.of(0).buffer).toString('base64'),
      kinds: Buffer.from([0]).toString('base64'),
      names: Buffer.from('file\0').toString('base64'),
      ends: Buffer.from(Uint32Array.of(5).buffer).toString('base64'),
      facts: Buffer.from(new Float64Array(16).fill(1).buffer).toString('base64'),
      ...{ firstNames: [], parts: [] },
    });
    const options = { removeOnComplete: true, removeOnFail: true };
    const jobs = ['../outside', outside, 'link'].map(folder => job(folder));
    for (const data of [...jobs, job('link', 8), { nonsense: true }]) {
      const { id = '' } = await queue.add('batch', data, options);
      while ((await queue.getJob(id)) !== undefined) await sleep(50);
    }
    await queue.close();
  } finally {
    connection.disconnect();
  }
  await member.sees(/a job was refused: a part of a path is not a name/);
  expect(readdirSync(outside)).toEqual([]);
  process.kill(copy.pid, 'SIGTERM');
  expect((await copy.finished).signal).toBe('SIGTERM');
  expect((await member.finished).status).toBe(0);
  expect(await redis.size()).toBe(0);
});
