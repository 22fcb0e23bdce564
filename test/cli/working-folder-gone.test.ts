import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandPath } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';

test('refuses relative names in a working folder that is gone', () => {
  const gone = join(scratchFolder(), 'gone');
  mkdirSync(gone);
  const command = `rmdir "$PWD"; status=0; "$0" "$1" photos copy 2>&1 || status=$?; echo "$status"`;
  const said = execFileSync('sh', ['-c', command, process.execPath, commandPath], {
    cwd: gone,
    encoding: 'utf8',
  });
  expect(said).toMatch(/^folder-copy: \.: the working folder cannot be reached: .* \(ENOENT\)\n2\n$/);
});
