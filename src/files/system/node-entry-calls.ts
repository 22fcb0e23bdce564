import {
  closeSync,
  fstatSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  opendirSync,
  openSync,
  readvSync,
  statSync,
  utimesSync,
  writevSync,
} from 'node:fs';
import { isSince } from '../../is-since.js';
import { NAME_ENCODING, native } from '../byte-path.js';
import { type Facts, factsFrom } from '../facts.js';
import { nameAt } from '../name-column.js';
import type { EntryCalls, FolderPlace, Names, Vectors } from './entry-calls.js';

/** What Node offers everywhere. */
export const nodeEntryCalls: EntryCalls = {
  open: (folder, name, flags, mode) => openSync(native(folder.prefix + name), flags, mode),
  openRow: (folder, names, row, flags, mode) => nodeEntryCalls.open(folder, nameAt(names, row), flags, mode),
  close: closeSync,
  factsIn(folder, name, follow): Facts | undefined {
    const stats = (follow ? statSync : lstatSync)(native(folder.prefix + name), {
      bigint: true,
      throwIfNoEntry: false,
    });
    return stats && factsFrom(stats);
  },
  lookInRow: (folder, names, row) => nodeEntryCalls.factsIn(folder, nameAt(names, row)),
  factsOf: descriptor => factsFrom(fstatSync(descriptor, { bigint: true })),
  factsOfFolder: folder => factsFrom(statSync(itself(folder), { bigint: true })),
  lookAt: descriptor => nodeEntryCalls.factsOf(descriptor),
  setTimes: (descriptor, { atime, atimeNs, mtime, mtimeNs }) =>
    futimesSync(descriptor, nodeSeconds(atime, atimeNs), nodeSeconds(mtime, mtimeNs)),
  setTimesIn: (folder, name, { atime, atimeNs, mtime, mtimeNs }) =>
    lutimesSync(native(folder.prefix + name), nodeSeconds(atime, atimeNs), nodeSeconds(mtime, mtimeNs)),
  setTimesOf: (folder, { atime, atimeNs, mtime, mtimeNs }) =>
    utimesSync(itself(folder), nodeSeconds(atime, atimeNs), nodeSeconds(mtime, mtimeNs)),
  setTimesOfWaiting: async () => false,
  hasAttributes: () => false,
  mayHaveAttributes: async () => false,
  mayHaveAttributesAt: async () => false,
  link: (from, name, to, newName) => linkSync(native(from.prefix + name), native(to.prefix + newName)),
  linkRow: (from, to, names, row) => {
    const name = nameAt(names, row);
    nodeEntryCalls.link(from, name, to, name);
  },
  makeFolder: (folder, name, mode) => void mkdirSync(native(folder.prefix + name), mode),
  readsDescriptors: false,
  names(folder): Names {
    const directory = opendirSync(native(folder.prefix), {
      encoding: NAME_ENCODING,
      bufferSize: NAMES_PER_READ,
    });
    const names = {
      isFolder: false,
      next() {
        const found = directory.readSync();
        names.isFolder = found?.isDirectory() ?? false;
        return found?.name;
      },
      close: () => directory.closeSync(),
    };
    return names;
  },
  vectors: (slab, chunkSize) => new NodeVectors(slab, chunkSize),
};

function itself({ prefix }: FolderPlace): string | Buffer {
  return native(prefix.slice(0, -1));
}

/** Names taken from a folder in one go; libuv's own default of 32 makes four times the calls. */
const NAMES_PER_READ = 256;

/**
 * A time as Node's `utimes` family takes it: within its microsecond, which is as far as a double tells times apart.
 * A negative number becomes the present time, a negative string does not.
 */
function nodeSeconds(seconds: number, nanoseconds: number): number | string {
  const value = KEEPS_NANOSECONDS
    ? withinMicrosecond(seconds, nanoseconds)
    : cutToMicrosecond(seconds, nanoseconds);
  return value < 0 ? String(value) : value;
}

/** Since libuv 1.52 what a double has of nanoseconds is kept; before, it was cut towards zero to microseconds. */
const KEEPS_NANOSECONDS = isSince(process.versions.uv, 1, 52);

/** A double is up to 0.24 µs off, until 2106. */
function withinMicrosecond(seconds: number, nanoseconds: number): number {
  const rest = nanoseconds % 1000;
  return seconds + (nanoseconds - rest + Math.min(Math.max(rest, 250), 750)) / 1e9;
}

/** One just short of a microsecond would lose it: hence 0.4 µs. */
function cutToMicrosecond(seconds: number, nanoseconds: number): number {
  const value = (seconds * 1e6 + Math.floor(nanoseconds / 1000)) / 1e6;
  return value < 0 ? value - 4e-7 : value + 4e-7;
}

class NodeVectors implements Vectors {
  readonly #slab: Buffer;
  readonly #chunkSize: number;
  readonly #chunks: readonly Buffer[];
  /** `#lists[n]` holds the first n chunks: made when it is first asked for, nothing is cut in the copy loop. */
  readonly #lists: Buffer[][] = [];

  constructor(slab: Buffer, chunkSize: number) {
    this.#slab = slab;
    this.#chunkSize = chunkSize;
    const count = slab.length / chunkSize;
    this.#chunks = Array.from({ length: count }, (_, n) => slab.subarray(n * chunkSize, (n + 1) * chunkSize));
  }

  read(descriptor: number, chunks: number, position: number): number {
    return readvSync(descriptor, this.#list(chunks), position);
  }

  write(descriptor: number, start: number, end: number, position: number): number {
    return writevSync(descriptor, this.#pieces(start, end), position);
  }

  #pieces(start: number, end: number): Buffer[] {
    if (start === 0) {
      const whole = Math.floor(end / this.#chunkSize);
      const rest = end - whole * this.#chunkSize;
      if (rest === 0) return this.#list(whole);
      return [...this.#list(whole), this.#slab.subarray(end - rest, end)];
    }
    const pieces: Buffer[] = [];
    for (let from = start; from < end; ) {
      const to = Math.min(from - (from % this.#chunkSize) + this.#chunkSize, end);
      pieces.push(this.#slab.subarray(from, to));
      from = to;
    }
    return pieces;
  }

  #list(count: number): Buffer[] {
    this.#lists[count] ??= this.#chunks.slice(0, count);
    return this.#lists[count];
  }
}
