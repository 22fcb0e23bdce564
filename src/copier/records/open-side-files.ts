import { type BytePath, NAME_ENCODING } from '../../files/byte-path.js';
import type { SideFiles } from '../report/side-files.js';
import type { StopReason } from '../report/stop.js';
import { openRecords, type Records } from './records.js';
import type { SideFileKind } from './side-file.js';

/**
 * Opens the manifest of `--checksums` and the list of `--failed`.
 * @param selectedIn what alone is to be copied of a folder, where that is not all: the list names that instead of
 *   the folder, so that the next run takes no more than this one
 * @throws {RefusedError} where one of them cannot be made
 */
export async function openSideFiles(
  checksums: string | Buffer | undefined,
  failed: string | Buffer | undefined,
  selectedIn: (folder: BytePath) => readonly BytePath[],
): Promise<SideFiles> {
  const manifest = await openSideFile(checksums, MANIFEST);
  let list: Records | undefined;
  try {
    list = await openSideFile(failed, LIST);
  } catch (error) {
    manifest?.discard();
    throw error;
  }
  const opened = [manifest, list].filter(file => file !== undefined);
  return {
    onLost: listener => {
      for (const records of opened) records.onLost(listener);
    },
    start: () => {
      for (const records of opened) records.start();
    },
    digest: (path, digest) => manifest?.write(manifestLine(path, digest)),
    failed: path => {
      const selected = selectedIn(path);
      const named = selected.length > 0 ? selected : [path];
      return list?.write(named.map(name => `${name || '.'}\0`).join(''));
    },
    flush: () => opened.map(records => records.flush()).filter(behind => behind !== undefined),
    close: async signal => {
      let reason: StopReason | undefined;
      for (const records of opened) {
        const end = await records.close(signal);
        if (end?.kind === 'aborted') reason = end.reason;
      }
      return reason;
    },
    discard: () => {
      for (const records of opened) records.discard();
    },
  };
}

/** As `sha256sum` writes and reads it: a name with a newline, return or backslash is escaped, and says so. */
function manifestLine(path: BytePath, digest: string): string {
  const escaped = path.replace(/[\\\n\r]/g, character => ESCAPES[character] ?? character);
  return `${escaped === path ? '' : '\\'}${digest}  ${escaped}\n`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

async function openSideFile(
  path: string | Buffer | undefined,
  kind: SideFileKind,
): Promise<Records | undefined> {
  return path === undefined ? undefined : await openRecords(path, kind);
}

const MANIFEST: SideFileKind = { option: 'checksums', encoding: NAME_ENCODING, ending: '\n' };
const LIST: SideFileKind = { option: 'failed', encoding: NAME_ENCODING, ending: '\0' };
