import type { Facts } from '../facts.js';
import type { FileRun } from '../file-run.js';
import type { PackedNames } from '../name-column.js';

/** A folder that names can be looked up in. */
export interface FolderPlace {
  /** Its open descriptor, where the platform can look names up in one; else -1. */
  readonly descriptor: number;
  /** What to put before a name for any call of `fs`. */
  readonly prefix: string;
}

/**
 * The calls that every entry costs. Names are bytes, one character each. Errors are thrown as `fs` throws
 * them, with `code`; a call that a signal interrupts is made again.
 */
export interface EntryCalls {
  open(folder: FolderPlace, name: string, flags: number, mode: number): number;
  /** The same of the name in a row. */
  openRow(folder: FolderPlace, names: PackedNames, row: number, flags: number, mode: number): number;
  close(descriptor: number): void;
  /** @param follow whether a link's target is meant. @returns undefined where nothing exists */
  factsIn(folder: FolderPlace, name: string, follow?: boolean): Facts | undefined;
  /** The same of the name in a row, a link itself and not its target: good until the next call, as nothing is made for it. */
  lookInRow(folder: FolderPlace, names: PackedNames, row: number): Facts | undefined;
  factsOf(descriptor: number): Facts;
  /** Of a folder itself: unlike `.` in it, of one that may not be searched, too. */
  factsOfFolder(folder: FolderPlace): Facts;
  /** The same, good until the next call. */
  lookAt(descriptor: number): Facts;
  /** Access and modification time: to the nanosecond through the C library, to the microsecond through Node. */
  setTimes(descriptor: number, times: Times): void;
  /** The same by name: of a link itself, not of its target. */
  setTimesIn(folder: FolderPlace, name: string, times: Times): void;
  /** The same of a folder itself. */
  setTimesOf(folder: FolderPlace, times: Times): void;
  /** The same without holding up the process. @returns whether it went well */
  setTimesOfWaiting(folder: FolderPlace, times: Times): Promise<boolean>;
  /** Whether an open file has extended attributes, as most have not; false where that cannot be asked. */
  hasAttributes(descriptor: number): boolean;
  /** The same without holding up the process; true also where it cannot be told. */
  mayHaveAttributes(descriptor: number): Promise<boolean>;
  /** The same by path, of a link itself. */
  mayHaveAttributesAt(path: string): Promise<boolean>;
  /** Makes another name of an entry, of a link itself: it fails where anything exists. */
  link(from: FolderPlace, name: string, to: FolderPlace, newName: string): void;
  /** The same under the same name, that in a row. */
  linkRow(from: FolderPlace, to: FolderPlace, names: PackedNames, row: number): void;
  /** Makes a folder, as `mkdir` does: it fails where anything exists. */
  makeFolder(folder: FolderPlace, name: string, mode: number): void;
  /** Whether `names` reads from the place's descriptor, which has to be open for reading then, and closes it. */
  readonly readsDescriptors: boolean;
  /** The names in a folder. @param afterwards what becomes of its descriptor where names are read from that */
  names(folder: FolderPlace, afterwards?: 'close' | 'keep open'): Names;
  /** Lets pieces of a slab travel, many in one call. */
  vectors(slab: Buffer, chunkSize: number): Vectors;
}

export type Times = Pick<Facts, 'atime' | 'atimeNs' | 'mtime' | 'mtimeNs'>;

/** The names in an open folder, without `.` and `..`. */
export interface Names {
  /**
   * Takes regular files into a run, up to the next name that is none or cannot be looked at: that is left for `next`.
   * Missing where it would save nothing: then all names are `next`'s.
   */
  gather?(run: FileRun): void;
  /** @returns undefined at the end */
  next(): string | undefined;
  /**
   * Waits until the next name can be had at once, without holding up the process.
   * @returns undefined where it can be, or where there is no such way
   */
  ready?(): Promise<void> | undefined;
  /** Whether the last name is a folder's for sure: false where only its facts would tell. */
  readonly isFolder: boolean;
  close(): void;
}

/** Reads and writes a slab's chunks, each as a buffer of its own. */
export interface Vectors {
  /** One `preadv` into the first `chunks` of the slab. @returns the bytes read */
  read(descriptor: number, chunks: number, position: number): number;
  /** One `pwritev` of the slab's bytes from `start` to `end`. @returns the bytes written */
  write(descriptor: number, start: number, end: number, position: number): number;
}
