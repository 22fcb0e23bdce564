import { bytePath, native } from '../../files/byte-path.js';
import type { CopySettings } from './options.js';
import { anchored } from './paths.js';

/** With the files that settings name by relative paths as they are now: a program may change its working folder meanwhile. */
export function withAnchoredFiles(settings: CopySettings): CopySettings {
  const { ignoreFile, checksums, failed, log, from } = settings;
  return {
    ...settings,
    ignoreFile: anchoredFile(ignoreFile),
    checksums: anchoredFile(checksums),
    failed: anchoredFile(failed),
    log: anchoredFile(log),
    from: anchoredFile(from),
  };
}

function anchoredFile(path: string | Buffer | undefined): string | Buffer | undefined {
  // An empty one is refused where it is opened.
  return path === undefined || path.length === 0 ? path : native(anchored(bytePath(path)));
}
