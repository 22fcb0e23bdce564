import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTree } from '../helpers/make-tree.js';
import { commandPath } from '../helpers/run-command.js';
import { shell } from '../helpers/shell.js';

test('what nobody has caught is told where standard error is a file, too', () => {
  const place = makeTree([{ path: 'photos/a', kind: 'file', size: 1_000_000 }]);
  const fault = join(place, 'fault.cjs');
  writeFileSync(fault, `if (!process.send) setTimeout(() => { throw new Error('a fault of ours'); }, 300);`);
  const line = `'${process.execPath}' --require '${fault}' '${commandPath}' --bwlimit 100k photos copy`;
  shell(place, `${line} > out 2> err || echo $? > status`);
  expect(readFileSync(join(place, 'status'), 'utf8')).not.toBe('0\n');
  expect(readFileSync(join(place, 'err'), 'utf8')).toContain('Error: a fault of ours');
});
