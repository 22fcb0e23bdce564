import { execFileSync } from 'node:child_process';
import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { removeCompiled } from '../bench/compiled.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { eventsOf } from '../helpers/events.js';
import { needs } from '../helpers/needs.js';
import { manyFiles, startRedis, type TestRedis } from './fleet-scene.js';
import { type HostCommand, Hosts } from './hosts.js';

/** How much is copied, and how fast: a fault comes while there is still much to do. */
export interface HostTree {
  readonly folders: number;
  readonly filesEach: number;
  readonly largeBytes: number;
  /** Bytes a second, for each host. */
  readonly bwlimit: string;
}

/** Tests of a fleet on three hosts, to which something happens. */
export function testHostFaults(tree: HostTree, timeout: number): void {
  afterAll(removeCompiled);
  test.each(faults)(
    'on three hosts, the copy is whole, and each entry told of once, where %s',
    {
      ...programs,
      timeout,
    },
    async (_, fault) => {
      const scene = await begun(tree);
      await expectWhole(scene, await fault(scene));
    },
  );

  test('on three hosts, the same command goes on where it was killed', { ...programs, timeout }, async () => {
    const scene = await begun(tree);
    scene.copy.signal('SIGKILL');
    await scene.copy.ended;
    await expectWhole(scene, scene.coordinator());
  });
}

const programs = needs('redis-server', 'ip', 'gcc', 'pkg-config', 'fusermount3', 'unshare', 'root');

interface Scene {
  readonly tree: HostTree;
  readonly hosts: Hosts;
  readonly redis: TestRedis;
  readonly copy: HostCommand;
  readonly members: readonly HostCommand[];
  readonly coordinator: () => HostCommand;
}

async function begun(tree: HostTree): Promise<Scene> {
  const { folders, filesEach, largeBytes, bwlimit } = tree;
  const hosts = await Hosts.make();
  const redis = await startRedis('--bind', '127.0.0.1', hosts.address, '--protected-mode', 'no');
  manyFiles(hosts.backing, folders, filesEach);
  const source = join(hosts.backing, 'source');
  for (let folder = 1; folder < folders; folder += 1)
    linkSync(join(source, 'folder 0/file 7'), join(source, `folder ${folder}/hard link`));
  execFileSync('sh', ['-c', `head -c ${largeBytes} /dev/urandom > "$1"`, 'sh', join(source, 'large')]);
  const url = `redis://${hosts.address}:${redis.port}`;
  const join_ = ['--join', url, '--root', hosts.point, '-w', '2', '--bwlimit', bwlimit, '-v'];
  const members = [hosts.start(2, join_), hosts.start(3, join_)];
  for (const member of members) await member.sees(/waiting for a run/);
  const coordinator = () =>
    hosts.start(1, ['--fleet', url, '-w', '2', '--bwlimit', bwlimit, '--progress', 'json', 'source', 'copy']);
  const copy = coordinator();
  for (const member of members) await member.sees(/^streamed/m);
  return { tree, hosts, redis, copy, members, coordinator };
}

async function expectWhole({ tree, hosts, redis }: Scene, copy: HostCommand): Promise<void> {
  const status = await copy.ended;
  const events = eventsOf(copy.output.stdout);
  expect(events.filter(({ type }) => type === 'error')).toEqual([]);
  expect(status).toBe(0);
  const files = events.filter(event => event.type === 'file').map(({ path }) => path);
  expect(files).toHaveLength(tree.folders * (tree.filesEach + 2));
  expect(new Set(files).size).toBe(files.length);
  expect(compareTrees(join(hosts.backing, 'source'), join(hosts.backing, 'copy'))).toEqual([]);
  expect(await redis.size()).toBe(0);
}

type Fault = (scene: Scene) => Promise<HostCommand>;

const faults: readonly [what: string, fault: Fault][] = [
  ['nothing happens', async ({ copy }) => copy],
  [
    'a member is killed',
    async ({ copy, members }) => {
      members[0]?.signal('SIGKILL');
      return copy;
    },
  ],
  [
    'a member stands still for 40 s',
    async ({ copy, members }) => {
      members[0]?.signal('SIGSTOP');
      await sleep(40_000);
      members[0]?.signal('SIGCONT');
      return copy;
    },
  ],
  [
    'a member is cut off for 40 s',
    async ({ copy, hosts }) => {
      hosts.part(2, true);
      await sleep(40_000);
      hosts.part(2, false);
      return copy;
    },
  ],
  [
    'Redis is started anew',
    async ({ copy, redis }) => {
      await redis.stop();
      await redis.start();
      return copy;
    },
  ],
  [
    'Redis is gone for 60 s',
    async ({ copy, redis }) => {
      await redis.stop();
      await sleep(60_000);
      await redis.start();
      return copy;
    },
  ],
];
