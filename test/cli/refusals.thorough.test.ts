import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { runCommand } from '../helpers/run-command.js';

test(
  'refuses an overlap by inode, where a bind mount gives the source a second path',
  needs('mount', 'root'),
  async () => {
    const place = makeTree([
      { kind: 'file', path: 'photos/2024/a.jpg', content: 'a' },
      { kind: 'folder', path: 'empty' },
    ]);
    const second = join(place, 'empty');
    execFileSync('mount', ['--bind', join(place, 'photos'), second]);
    try {
      mkdirSync(join(place, 'photos/2024/new'));
      for (const [args, says] of [
        [['photos', 'empty'], 'is the source itself'],
        [['photos', 'empty/copy'], 'lies in the source'],
        [['photos', 'empty/2024/new'], 'lies in the source'],
        [['empty/2024', 'photos'], 'contains the source'],
      ] as const) {
        const { status, stderr } = await runCommand(args, { cwd: place });
        expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(says) });
      }
    } finally {
      execFileSync('umount', [second]);
    }
  },
);
