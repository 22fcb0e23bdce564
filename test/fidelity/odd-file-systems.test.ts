import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { commandCopy, wholeCopy } from '../helpers/copies.js';
import { oddOrSkip } from '../helpers/odd-file-system.js';
import { runCommand } from '../helpers/run-command.js';

test('files that claim one inode, but differ in what the listing saw, are files of their own', async context => {
  const { root } = oddOrSkip(context, 'one-inode');
  writeFileSync(join(root, 'a'), 'one');
  writeFileSync(join(root, 'b'), 'another');
  const copy = await wholeCopy(root, [], { copy: join(dirname(root), 'copy') });
  expect(['a', 'b'].map(name => readFileSync(join(copy, name), 'utf8'))).toEqual(['one', 'another']);
  expect(await runCommand(['--check', '--verify', root, copy])).toMatchObject({ status: 0 });
  const again = await commandCopy(root, ['--if-exists', 'update'], { copy });
  expect(again.stdout).toContain('2 skipped');
});
