import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from './scratch-folder.js';

/**
 * The environment of a run that cannot reach the optional dependency, as where it is not installed; inherited
 * by the workers.
 */
export function withoutKoffi(): Record<string, string> {
  const hook = join(scratchFolder(), 'without-koffi.cjs');
  writeFileSync(
    hook,
    `const Module = require('node:module');
    const load = Module._load;
    Module._load = function (request, ...rest) {
      if (!request.includes('koffi')) return load.call(this, request, ...rest);
      throw Object.assign(new Error("Cannot find module 'koffi'"), { code: 'MODULE_NOT_FOUND' });
    };`,
  );
  // Others than root look at it too.
  return { NODE_OPTIONS: `--require=${hook}` };
}
