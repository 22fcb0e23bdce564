import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { freePort } from '../helpers/free-port.js';
import { needs } from '../helpers/needs.js';
import { runCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { manyFiles, startRedis, type TestRedis } from './fleet-scene.js';

test('Redis falls silent once it has been reached: the copy goes on, alone', {
  ...needs('redis-server'),
  timeout: 120_000,
}, async () => {
  const port = await answeringOnce(await startRedis());
  const root = scratchFolder();
  manyFiles(root, 2, 5);
  const command = ['--fleet', `redis://127.0.0.1:${port}`, 'source', 'copy'];
  const { status, stderr } = await runCommand(command, { cwd: root, timeoutMs: 100_000 });
  expect([status, stderr]).toEqual([0, '']);
  expect(compareTrees(join(root, 'source'), join(root, 'copy'))).toEqual([]);
});

/** A way to a Redis that is open to the first who connects; to all others nobody answers. */
async function answeringOnce(redis: TestRedis): Promise<number> {
  const port = await freePort();
  let isFirst = true;
  const server = createServer(socket => {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    if (isFirst) socket.pipe(connect(redis.port, '127.0.0.1')).pipe(socket);
    isFirst = false;
  });
  onTestFinished(() => void server.close());
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return port;
}
