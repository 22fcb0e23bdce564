import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WaitProbe } from '../../../src/worker/context/wait-probe.js';
import { makeTree } from '../../helpers/make-tree.js';
import { needs } from '../../helpers/needs.js';
import { shell } from '../../helpers/shell.js';

test('a folder that can be listed and not searched can be measured', needs('root'), () => {
  const nobody = 65534;
  const folder = makeTree([{ path: '.', kind: 'folder', mode: '644', owner: { uid: nobody, gid: nobody } }]);
  shell(dirname(folder), 'chmod 755 .');
  process.seteuid?.(nobody);
  onTestFinished(() => process.seteuid?.(0));
  const descriptor = openSync(folder, 'r');
  onTestFinished(() => closeSync(descriptor));
  const probe = new WaitProbe();
  probe.open({ descriptor, prefix: `/proc/self/fd/${descriptor}/` });
  expect(probe.waitedMs).toBeGreaterThanOrEqual(0);
});
