import { closeSync, openSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { WaitProbe } from '../../../src/worker/context/wait-probe.js';
import { makeTree } from '../../helpers/make-tree.js';
import { needs } from '../../helpers/needs.js';

test('a folder that can be listed and not searched can be measured', needs('root'), () => {
  const nobody = 65534;
  const folder = makeTree([{ path: '.', kind: 'folder', mode: '644', owner: { uid: nobody, gid: nobody } }]);
  const descriptor = openSync(folder, 'r');
  onTestFinished(() => closeSync(descriptor));
  process.seteuid?.(nobody);
  onTestFinished(() => process.seteuid?.(0));
  const probe = new WaitProbe();
  probe.open({ descriptor, prefix: `/proc/self/fd/${descriptor}/` });
  expect(probe.waitedMs).toBeGreaterThanOrEqual(0);
});

test('a folder that cannot be opened is no wait, and no failure', () => {
  const probe = new WaitProbe();
  probe.open({ descriptor: -1, prefix: '/proc/self/fd/-1/' });
  expect(probe.waitedMs).toBe(0);
});
