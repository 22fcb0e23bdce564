import { type BytePath, NAME_ENCODING } from '../../files/byte-path.js';
import type { Failure } from '../../files/failure.js';
import { SideFile, type SideFileKind } from './side-file.js';

/** The files that a run writes beside the copy: the manifest of `--checksums`, the list of `--failed`. */
export interface SideFiles {
  /** @param listener called when one of them cannot be written any more; the run goes on without it */
  onLost(listener: (failure: Failure) => void): void;
  /** Empties them: before that, what an earlier run wrote there still stands. */
  start(): void;
  digest(path: BytePath, digest: string): void;
  failed(path: BytePath): void;
  /** Whether they can be written shows only then. */
  flush(): void;
  close(): void;
  /** The run is refused: those that it has made go. */
  discard(): void;
}

/**
 * @param selectedIn what alone is to be copied of a folder, where that is not all: the list names that instead of
 *   the folder, so that the next run takes no more than this one
 * @throws {RefusedError} where one of them cannot be made
 */
export function openSideFiles(
  checksums: string | Buffer | undefined,
  failed: string | Buffer | undefined,
  selectedIn: (folder: BytePath) => readonly BytePath[],
): SideFiles {
  const manifest = openSideFile(checksums, MANIFEST);
  try {
    const list = openSideFile(failed, LIST);
    return {
      onLost: listener => {
        manifest?.onLost(listener);
        list?.onLost(listener);
      },
      start: () => {
        manifest?.start();
        list?.start();
      },
      digest: (path, digest) => manifest?.write(manifestLine(path, digest)),
      failed: path => {
        const selected = selectedIn(path);
        for (const named of selected.length > 0 ? selected : [path]) list?.write(`${named || '.'}\0`);
      },
      flush: () => {
        manifest?.flush();
        list?.flush();
      },
      close: () => {
        manifest?.close();
        list?.close();
      },
      discard: () => {
        manifest?.discard();
        list?.discard();
      },
    };
  } catch (error) {
    manifest?.discard();
    throw error;
  }
}

/** A dry run writes nothing. */
export const noSideFiles: SideFiles = {
  onLost: () => {},
  start: () => {},
  digest: () => {},
  failed: () => {},
  flush: () => {},
  close: () => {},
  discard: () => {},
};

/** As `sha256sum` writes and reads it: a name with a newline, return or backslash is escaped, and says so. */
function manifestLine(path: BytePath, digest: string): string {
  const escaped = path.replace(/[\\\n\r]/g, character => ESCAPES[character] ?? character);
  return `${escaped === path ? '' : '\\'}${digest}  ${escaped}\n`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

function openSideFile(path: string | Buffer | undefined, kind: SideFileKind): SideFile | undefined {
  return path === undefined ? undefined : new SideFile(path, kind);
}

const MANIFEST: SideFileKind = { option: 'checksums', encoding: NAME_ENCODING, ending: '\n' };
const LIST: SideFileKind = { option: 'failed', encoding: NAME_ENCODING, ending: '\0' };
