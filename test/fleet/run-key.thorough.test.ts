import { expect, onTestFinished, test, vi } from 'vitest';
import { fleetAddress } from '../../src/copier/request/fleet-address.js';
import { RunKey } from '../../src/fleet/coordinator/run-key.js';
import { openLink } from '../../src/fleet/redis/link.js';
import { ENDED, keysOf } from '../../src/fleet/wire/keys.js';
import { needs } from '../helpers/needs.js';
import { startRedis } from './fleet-scene.js';

test('a run that ends while its key is being renewed begins no new term', needs('redis-server'), async () => {
  const redis = await startRedis();
  const link = await openLink(fleetAddress('fleet', redis.url), 30_000, undefined);
  onTestFinished(() => link.close());
  const runId = '0123456789abcdef';
  const begun = vi.fn();
  const lost = vi.fn();
  const key = new RunKey(link, runId, { begun, lost, offer: () => 'offer' });
  await key.begin();
  const info = link.control.info.bind(link.control);
  const { promise: go, resolve: letGo } = deferred();
  const { promise: asked, resolve: ask } = deferred();
  vi.spyOn(link.control, 'info').mockImplementation(async () => {
    ask();
    await go;
    return await info('server');
  });
  await asked;
  await key.end();
  letGo();
  // Longer than the questions take that would follow.
  await new Promise(resolve => setTimeout(resolve, 500));
  expect([begun.mock.calls.length, lost.mock.calls.length]).toEqual([1, 0]);
  expect(await redis.ask(client => client.get(keysOf(runId).run))).toBe(ENDED);
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>(done => {
    resolve = done;
  });
  return { promise, resolve };
}
