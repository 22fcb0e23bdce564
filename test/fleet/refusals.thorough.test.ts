import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyFolder, RefusedError } from 'folder-copy';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { keysOf, PREFIX, RUNS_KEY } from '../../src/fleet/wire/keys.js';
import { freePort } from '../helpers/free-port.js';
import { needs } from '../helpers/needs.js';
import { fromRoot } from '../helpers/project-root.js';
import { commandEnvironment, commandPath, runCommand, startCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { begun, manyFiles, startMember, startRedis } from './fleet-scene.js';

const long = { ...needs('redis-server'), timeout: 120_000 };

describe('a member is refused, and both sides say why', () => {
  test('where the folders are outside of its roots', long, async () => {
    const redis = await startRedis();
    const root = scratchFolder();
    const copy = await begun(redis, root);
    const { status, stderr } = await startMember(redis, scratchFolder()).finished;
    expect(status).toBe(2);
    expect(stderr).toMatch(/source is outside of the folders that were given with --root/);
    await copy.sees(/"state":"refused","reason":".*outside of the folders/);
    await copy.sees(/^folder-copy: member .* refused: .*outside of the folders/m);
  });

  test('where it is another user', { ...needs('redis-server', 'root'), timeout: 120_000 }, async () => {
    const redis = await startRedis();
    const root = scratchFolder();
    const copy = await begun(redis, root);
    const { status, stderr } = await startMember(redis, root, [], { uid: 65534, gid: 65534 }).finished;
    expect(status).toBe(2);
    expect(stderr).toMatch(/the run has the user id 0, and this process 65534/);
    await copy.sees(/"state":"refused","reason":"the run has the user id/);
  });

  test.each([
    ['the source', 'source', /source is another folder here: another file system is mounted there/],
    [
      'the destination',
      'copy.partial',
      /copy\.partial does not hold the claim of the run: another file system/,
    ],
  ])(
    'where it has another mount at the path of %s',
    { ...needs('redis-server', 'root', 'unshare', 'mount'), timeout: 120_000 },
    async (_, name, message) => {
      const redis = await startRedis();
      const root = scratchFolder();
      const copy = await begun(redis, root);
      const words = [
        '-m',
        '--propagation',
        'private',
        'sh',
        '-c',
        'mount -t tmpfs tmpfs "$1" && shift && exec "$@"',
        'sh',
      ];
      const member = [process.execPath, commandPath, '--join', redis.url, '--root', root];
      const { status, stderr } = spawnSync('unshare', [...words, join(root, name), ...member], {
        encoding: 'utf8',
        env: commandEnvironment(),
        timeout: 60_000,
      });
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(message) });
      await copy.sees(/"state":"refused","reason":".*another file system is mounted there/);
      expect(copy.output().stdout).not.toMatch(/"state":"joined"/);
    },
  );

  test('where it is another version', long, async () => {
    const redis = await startRedis();
    const root = scratchFolder();
    const copy = await begun(redis, root);
    await redis.ask(async client => {
      const [runId = ''] = await client.smembers(RUNS_KEY);
      const { offer } = keysOf(runId);
      const text = (await client.get(offer)) ?? '';
      await client.set(offer, text.replace(/"version":"[^"]*"/, '"version":"0.0.0"'), 'KEEPTTL');
    });
    const { status, stderr } = await startMember(redis, root).finished;
    expect(status).toBe(2);
    expect(stderr).toMatch(/the run has folder-copy 0\.0\.0, and this process/);
    await copy.sees(/"state":"refused","reason":"the run has folder-copy 0/);
  });
});

describe('a Redis that does not let us in is refused', () => {
  test.each([
    ['with a wrong password', 'wrong', /WRONGPASS/],
    ['without one', undefined, /NOAUTH/],
  ])('%s', long, async (_, password, message) => {
    const redis = await startRedis('--requirepass', 'right');
    const root = scratchFolder();
    manyFiles(root, 1, 1);
    const env = { FOLDER_COPY_REDIS_PASSWORD: password };
    for (const args of [
      ['--fleet', redis.url, 'source', 'copy'],
      ['--join', redis.url, '--root', '.'],
    ]) {
      const { status, stderr } = await runCommand(args, { cwd: root, env });
      expect({ args, status }).toEqual({ args, status: 2 });
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain('wrong ');
    }
    expect(readdirSync(root)).toEqual(['source']);
  });

  test('the right one is taken from a file, with a newline at its end', long, async () => {
    const redis = await startRedis('--requirepass', 'right');
    const root = scratchFolder();
    manyFiles(root, 1, 1);
    writeFileSync(join(root, 'password'), 'right\n');
    const env = { FOLDER_COPY_REDIS_PASSWORD_FILE: join(root, 'password') };
    const { status } = await runCommand(['--fleet', redis.url, 'source', 'copy'], { cwd: root, env });
    expect(status).toBe(0);
  });

  test('with fewer rights than a fleet needs; those in the manual are enough', long, async () => {
    const redis = await startRedis('--requirepass', 'admin');
    const admin = new Redis({ port: redis.port, password: 'admin' });
    await admin.call('ACL', 'SETUSER', 'few', 'on', '>few', '~other:*', '+@all');
    await admin.call(
      ...(['ACL', 'SETUSER', 'fc', 'on', '>fc', `~${PREFIX}:*`] as const),
      ...(['+@all', '-@admin', '-@dangerous', '+info'] as const),
    );
    const root = scratchFolder();
    manyFiles(root, 2, 50);
    const as = (user: string) => [`redis://${user}@127.0.0.1:${redis.port}`];
    const refused = await runCommand(['--fleet', ...as('few'), 'source', 'copy'], {
      cwd: root,
      env: { FOLDER_COPY_REDIS_PASSWORD: 'few' },
    });
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/NOPERM/);
    const env = { FOLDER_COPY_REDIS_PASSWORD: 'fc' };
    const member = startCommand(['--join', ...as('fc'), '--root', root, '-v'], { env });
    await member.sees(/waiting for a run/);
    const copied = await runCommand(
      ['--fleet', ...as('fc'), '--bwlimit', '10k', '--progress', 'json', 'source', 'copy'],
      { cwd: root, env },
    );
    expect(copied).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/"joined"/) });
    expect((await member.finished).status).toBe(0);
    expect(await admin.dbsize()).toBe(0);
    admin.disconnect();
  });
});

test('without its packages it says which line to type', long, async () => {
  const root = scratchFolder();
  cpSync(fromRoot('dist/lib'), join(root, 'lib'), { recursive: true });
  manyFiles(root, 1, 1);
  for (const args of [
    ['--fleet', 'redis://127.0.0.1:1', 'source', 'copy'],
    ['--join', 'redis://127.0.0.1:1', '--root', '.'],
  ]) {
    const { status, stderr } = await runCommand(args, {
      cwd: root,
      program: join(root, 'lib/folder-copy.js'),
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/npm install bullmq ioredis/);
  }
  expect(readdirSync(root).toSorted()).toEqual(['lib', 'source']);
});

test('callers of the library know a refusal by its class', async () => {
  const root = scratchFolder();
  manyFiles(root, 1, 1);
  vi.stubEnv('FOLDER_COPY_REDIS_PASSWORD', 'one');
  vi.stubEnv('FOLDER_COPY_REDIS_PASSWORD_FILE', join(root, 'two'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const copied = copyFolder(join(root, 'source'), join(root, 'copy'), { fleet: 'redis://127.0.0.1:1' });
  const error = await copied.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RefusedError);
  expect(error).toMatchObject({ code: 'EINVAL', message: expect.stringMatching(/are both set/) });
  expect(readdirSync(root)).toEqual(['source']);
});

test.each([
  ['nobody answers', false, /cannot be reached.*ECONNREFUSED/],
  ['somebody takes the connection and says nothing', true, /cannot be reached.*timed out/],
])('where %s for 30 s, the copy is refused', long, async (_, isTaken, message) => {
  const root = scratchFolder();
  manyFiles(root, 1, 1);
  const port = isTaken ? await silentPort() : 1;
  const { status, stderr } = await runCommand(['--fleet', `redis://127.0.0.1:${port}`, 'source', 'copy'], {
    cwd: root,
    timeoutMs: 100_000,
  });
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
  expect(readdirSync(root)).toEqual(['source']);
});

async function silentPort(): Promise<number> {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return port;
}

test('a member that is told to leave waits for no Redis that is gone', long, async () => {
  const redis = await startRedis();
  const member = startMember(redis, scratchFolder());
  await member.sees(/waiting for a run/);
  await redis.stop();
  // By then it has asked again.
  await sleep(2_000);
  process.kill(member.pid, 'SIGTERM');
  expect(await member.finished).toMatchObject({ status: 0 });
});
