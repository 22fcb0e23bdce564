import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { needs } from '../helpers/needs.js';
import { fromRoot, projectRoot } from '../helpers/project-root.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { installNode, NPM_MS, npmEnvironment } from './npm.js';

// The quick tests under later versions of Node than the one that runs this: all their programs run under it too.

/** Two minutes are what the quick tests may take. */
const RUN_MS = 10 * 60_000;

describe.each(['22', '24', '26'])('Node %s', needs('the npm registry'), version => {
  test('passes the quick tests', { timeout: NPM_MS + RUN_MS }, async () => {
    const node = await installNode(scratchFolder(), version);
    const vitest = [fromRoot('node_modules/vitest/vitest.mjs'), 'run', '--project', 'quick*', '--no-color'];
    const ended = await promisify(execFile)(node, vitest, {
      cwd: projectRoot,
      env: environment(dirname(node)),
      timeout: RUN_MS,
      maxBuffer: 1 << 26,
    }).catch((error: { stdout: string; stderr: string }) => error);
    const [counts] = ended.stdout.match(/^\d+ passed, \d+ failed.*$/m) ?? [];
    console.log(`Node ${version}: ${counts}`);
    const failures = ended.stderr.slice(-10_000);
    expect(counts, failures).toMatch(/^\d{3,} passed, 0 failed/);
  });
});

/** The programs that npm and the tests start find this Node first; what this run's vitest has set is not theirs. */
function environment(folder: string): NodeJS.ProcessEnv {
  const all = npmEnvironment({ PATH: `${folder}:${process.env.PATH}` });
  const ours = /^(VITEST|TEST$|DEV$|PROD$|MODE$|SSR$|BASE_URL$|FOLDER_COPY_TESTS$|NPM_EXTRA_CA_CERTS$)/;
  return Object.fromEntries(Object.entries(all).filter(([name]) => !ours.test(name)));
}
