import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { type BytePath, bytePath, NAME_ENCODING, readable } from '../../files/byte-path.js';
import { refusal } from './errors.js';

/** The files that a run writes beside the copy: the manifest of `--checksums`, the list of `--failed`. */
export interface SideFiles {
  /** Empties them: before that, what an earlier run wrote there still stands. */
  start(): void;
  digest(path: BytePath, digest: string): void;
  failed(path: BytePath): void;
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
  const manifest = openSideFile('checksums', checksums);
  try {
    const list = openSideFile('failed', failed);
    return {
      start: () => {
        manifest?.start();
        list?.start();
      },
      digest: (path, digest) => manifest?.write(manifestLine(path, digest)),
      failed: path => {
        const selected = selectedIn(path);
        for (const named of selected.length > 0 ? selected : [path]) list?.write(`${named || '.'}\0`);
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
  start: () => {},
  digest: () => {},
  failed: () => {},
  close: () => {},
  discard: () => {},
};

/** As `sha256sum` writes and reads it: a name with a newline, return or backslash is escaped, and says so. */
function manifestLine(path: BytePath, digest: string): string {
  const escaped = path.replace(/[\\\n\r]/g, character => ESCAPES[character] ?? character);
  return `${escaped === path ? '' : '\\'}${digest}  ${escaped}\n`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

class SideFile {
  readonly #path: string | Buffer;
  readonly #isNew: boolean;
  readonly #descriptor: number;
  #buffer = '';

  constructor(path: string | Buffer) {
    this.#path = path;
    this.#isNew = !existsSync(path);
    this.#descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o666);
  }

  start(): void {
    if (fstatSync(this.#descriptor).isFile()) ftruncateSync(this.#descriptor);
  }

  write(text: string): void {
    this.#buffer += text;
    if (this.#buffer.length >= BUFFERED) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  discard(): void {
    closeSync(this.#descriptor);
    if (this.#isNew) rmSync(this.#path, { force: true });
  }

  #flush(): void {
    const bytes = Buffer.from(this.#buffer, NAME_ENCODING);
    this.#buffer = '';
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done);
  }
}

const BUFFERED = 64 * 1024;

function openSideFile(option: string, path: string | Buffer | undefined): SideFile | undefined {
  if (path === undefined) return undefined;
  try {
    return new SideFile(path);
  } catch (error) {
    throw refusal(`${option} ${readable(bytePath(path))}`, 'cannot be written', error);
  }
}
