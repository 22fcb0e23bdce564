import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytePath } from '../../src/files/byte-path.js';
import { openFolderHandles } from '../../src/files/trees/folder-handles.js';
import { LostElsewhere } from '../../src/fleet/coordinator/lost-elsewhere.js';
import { factsWith } from '../helpers/facts.js';
import { scratchFolder } from '../helpers/scratch-folder.js';

test('what a lost member has left goes, and what cannot be removed is told', () => {
  const root = scratchFolder();
  const [source, copy] = [join(root, 'source'), join(root, 'copy')];
  for (const tree of [source, copy]) mkdirSync(join(tree, 'x'), { recursive: true });
  const runId = '0123456789abcdef';
  writeFileSync(join(copy, `x/.folder-copy.${runId}.00000000000a`), 'half');
  mkdirSync(join(copy, `x/.folder-copy.${runId}.00000000000b`));
  const lost = new LostElsewhere();
  lost.add([{ kind: 'file', folder: bytePath('x'), name: bytePath('y'), facts: factsWith({}), attempt: 1 }]);
  const destination = openFolderHandles(bytePath(copy));
  const found = [...lost.sweep(destination, bytePath(source), runId)];
  destination.close();
  expect(found).toMatchObject([
    { kind: 'failed', path: `x/.folder-copy.${runId}.00000000000b` },
    { kind: 'touched', folder: 'x' },
  ]);
});
