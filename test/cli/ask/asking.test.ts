import { expect, test } from 'vitest';
import { makeTree } from '../../helpers/make-tree.js';
import { runCommand } from '../../helpers/run-command.js';

test('where standard input is no terminal it never asks', async () => {
  const { status, stdout, stderr } = await runCommand([], {
    cwd: makeTree([{ kind: 'folder', path: 'photos' }]),
    input: 'photos\n',
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: '',
    stderr: "folder-copy: missing argument 'src'; see folder-copy --help\n",
  });
});
