import { chmodSync, chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { runCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { mortal } from './mortal.js';

test('names what cannot be deleted by its place in the destination', needs('root'), async () => {
  const scratch = scratchFolder();
  chmodSync(scratch, 0o755);
  const place = makeTree(
    [
      { kind: 'file', path: 'photos/a.jpg', content: 'a' },
      { kind: 'file', path: 'copy/a.jpg', content: 'old' },
      { kind: 'file', path: 'copy/theirs/kept', content: 'k' },
    ],
    join(scratch, 'place'),
  );
  // Both the folder that it is in and what is in there are another user's.
  for (const path of ['.', 'photos', 'photos/a.jpg', 'copy', 'copy/a.jpg'])
    chownSync(join(place, path), 65534, 65534);
  chmodSync(place, 0o755);
  const { status, stderr } = await runCommand(['--delete', 'photos', 'copy'], { cwd: place, ...mortal });
  expect(status).toBe(1);
  const lines = stderr.trimEnd().split('\n');
  expect(lines).toContainEqual(
    expect.stringMatching(/^folder-copy: copy\/theirs\S*: cannot be deleted: .* \(E\w+\)$/),
  );
  expect(lines.filter(line => !line.startsWith('folder-copy: copy/theirs'))).toEqual([]);
});

test('reports a file that cannot be replaced, and leaves it whole', needs('root'), async () => {
  const scratch = scratchFolder();
  chmodSync(scratch, 0o755);
  const owner = { uid: 65534, gid: 65534 };
  const place = makeTree(
    [
      { kind: 'file', path: 'photos/a', content: 'new' },
      { kind: 'file', path: 'photos/sub/b', content: 'new' },
      { kind: 'file', path: 'copy/sub/b', content: 'old' },
      { kind: 'folder', path: 'copy', owner },
    ],
    join(scratch, 'place'),
  );
  const { status, stderr } = await runCommand(['photos', 'copy'], { cwd: place, ...mortal });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^folder-copy: photos\/sub\/b: .* \((EACCES|EPERM)\)$/m);
  expect(readFileSync(join(place, 'copy/sub/b'), 'utf8')).toBe('old');
  expect(readFileSync(join(place, 'copy/a'), 'utf8')).toBe('new');
});
