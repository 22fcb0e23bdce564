import type { Facts } from '../facts.js';
import { type PackedNames, startOf } from '../name-column.js';
import type { FolderPlace, Times } from './entry-calls.js';
import { Statx, TimeSpecs } from './kernel-structs.js';
import {
  AT_EMPTY_PATH,
  type Libc,
  libc,
  NO_NAME,
  O_CLOEXEC,
  STATX_BASIC_STATS,
  type WaitingFunction,
} from './libc.js';

/**
 * The calls that copying a small file takes, made without holding up the process: one at a time, each in one of
 * Node's threads. Why one failed cannot be told: to find out, it has to be made again.
 */
export interface Lane {
  /** Bytes that one call to read or write takes at most. */
  readonly size: number;
  /** Opens the name in a row; the names have to stay where they are. @returns undefined where it failed */
  openRow(
    folder: FolderPlace,
    names: PackedNames,
    row: number,
    flags: number,
    mode: number,
  ): Promise<number | undefined>;
  /** Opens a short name. */
  openNamed(folder: FolderPlace, name: string, flags: number, mode: number): Promise<number | undefined>;
  /** Brings a short name to that in a row, over what is there. @returns whether it went well */
  renameToRow(folder: FolderPlace, name: string, names: PackedNames, row: number): Promise<boolean>;
  /** @returns whether it went well */
  close(descriptor: number): Promise<boolean>;
  /** Whether an open file may have extended attributes: yes also where it cannot be told. */
  mayHaveAttributes(descriptor: number): Promise<boolean>;
  /** Reads a file's beginning. @returns how many bytes came */
  read(descriptor: number, wanted: number): Promise<number | undefined>;
  /** What has been read, good until the next. */
  content(bytes: number): Buffer;
  /** Writes what has been read. @returns whether all of it is written */
  write(descriptor: number, bytes: number): Promise<boolean>;
  /** @returns facts that are good until the next look */
  lookAt(descriptor: number): Promise<Facts | undefined>;
  setTimes(descriptor: number, times: Times): Promise<boolean>;
  /** Sees a file to the disk. @param what `content`: of the metadata only what leads to it */
  sync(descriptor: number, what: 'content' | 'all'): Promise<boolean>;
}

/**
 * @param chunkSize bytes of one buffer handed to the kernel
 * @returns undefined where the C library cannot be reached
 */
export function openLane(chunkSize: number): Lane | undefined {
  const library = libc();
  if (library === undefined) return undefined;
  calls ??= bind(library);
  return new LibcLane(library, calls, chunkSize);
}

let calls: Calls | undefined;

type Calls = ReturnType<typeof bind>;

function bind({ bindWaiting }: Libc) {
  return {
    openat: bindWaiting('openat', 'int', ['int', 'int64_t', 'int', 'uint32_t']),
    renameat: bindWaiting('renameat', 'int', ['int', 'int64_t', 'int', 'int64_t']),
    close: bindWaiting('close', 'int', ['int']),
    flistxattr: bindWaiting('flistxattr', 'int64_t', ['int', 'int64_t', 'int64_t']),
    preadv: bindWaiting('preadv', 'int64_t', ['int', 'int64_t', 'int', 'int64_t']),
    pwritev: bindWaiting('pwritev', 'int64_t', ['int', 'int64_t', 'int', 'int64_t']),
    statx: bindWaiting('statx', 'int', ['int', 'int64_t', 'int', 'uint32_t', 'int64_t']),
    fdatasync: bindWaiting('fdatasync', 'int', ['int']),
    fsync: bindWaiting('fsync', 'int', ['int']),
    futimens: bindWaiting('futimens', 'int', ['int', 'int64_t']),
  } satisfies Record<string, WaitingFunction>;
}

class LibcLane implements Lane {
  readonly size: number;
  readonly #library: Libc;
  readonly #calls: Calls;
  readonly #chunkSize: number;
  /** All chunks side by side, and the list of them that the kernel takes. */
  readonly #slab: Buffer;
  readonly #list: BigUint64Array;
  readonly #listAddress: number;
  readonly #name = Buffer.allocUnsafeSlow(NAME_MAX + 1);
  readonly #nameAddress: number;
  readonly #found = new Statx();
  readonly #foundAddress: number;
  readonly #times = new TimeSpecs();
  readonly #timesAddress: number;

  constructor(library: Libc, calls: Calls, chunkSize: number) {
    this.#library = library;
    this.#calls = calls;
    this.#chunkSize = chunkSize;
    const chunks = Math.min(Math.max(Math.floor(LANE_BYTES / chunkSize), 1), MOST_VECTORS);
    this.size = chunks * chunkSize;
    this.#slab = Buffer.allocUnsafeSlow(this.size);
    const first = library.addressOf(this.#slab);
    // Small arrays of their own would be moved about.
    this.#list = new BigUint64Array(Buffer.allocUnsafeSlow(chunks * 16).buffer);
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      this.#list[chunk * 2] = first + BigInt(chunk * chunkSize);
      this.#list[chunk * 2 + 1] = BigInt(chunkSize);
    }
    this.#nameAddress = this.#addressOf(this.#name);
    this.#listAddress = this.#addressOf(this.#list);
    this.#foundAddress = this.#addressOf(this.#found.bytes);
    this.#timesAddress = this.#addressOf(this.#times.bytes);
  }

  async openRow(
    folder: FolderPlace,
    names: PackedNames,
    row: number,
    flags: number,
    mode: number,
  ): Promise<number | undefined> {
    const name = this.#addressOf(names.bytes) + startOf(names, row);
    const descriptor = await this.#calls.openat(folder.descriptor, name, flags | O_CLOEXEC, mode);
    return descriptor < 0 ? undefined : descriptor;
  }

  async openNamed(
    folder: FolderPlace,
    name: string,
    flags: number,
    mode: number,
  ): Promise<number | undefined> {
    const path = this.#nameAt(name);
    const descriptor = await this.#calls.openat(folder.descriptor, path, flags | O_CLOEXEC, mode);
    return descriptor < 0 ? undefined : descriptor;
  }

  async renameToRow(folder: FolderPlace, name: string, names: PackedNames, row: number): Promise<boolean> {
    const { descriptor } = folder;
    const newName = this.#addressOf(names.bytes) + startOf(names, row);
    return (await this.#calls.renameat(descriptor, this.#nameAt(name), descriptor, newName)) === 0;
  }

  /** The address of a name, good until the next one. */
  #nameAt(name: string): number {
    this.#name[this.#name.write(name, 'latin1')] = 0;
    return this.#nameAddress;
  }

  async close(descriptor: number): Promise<boolean> {
    return (await this.#calls.close(descriptor)) === 0;
  }

  async mayHaveAttributes(descriptor: number): Promise<boolean> {
    return (await this.#calls.flistxattr(descriptor, 0, 0)) !== 0;
  }

  async read(descriptor: number, wanted: number): Promise<number | undefined> {
    const chunks = Math.ceil(wanted / this.#chunkSize);
    const bytes = Number(await this.#calls.preadv(descriptor, this.#listAddress, chunks, 0));
    return bytes < 0 ? undefined : bytes;
  }

  content(bytes: number): Buffer {
    return this.#slab.subarray(0, bytes);
  }

  async write(descriptor: number, bytes: number): Promise<boolean> {
    const chunks = Math.ceil(bytes / this.#chunkSize);
    const lengthOfLast = chunks * 2 - 1;
    this.#list[lengthOfLast] = BigInt(bytes - (chunks - 1) * this.#chunkSize);
    try {
      return Number(await this.#calls.pwritev(descriptor, this.#listAddress, chunks, 0)) === bytes;
    } finally {
      this.#list[lengthOfLast] = BigInt(this.#chunkSize);
    }
  }

  async lookAt(descriptor: number): Promise<Facts | undefined> {
    const noName = this.#addressOf(NO_NAME);
    const done = await this.#calls.statx(
      descriptor,
      noName,
      AT_EMPTY_PATH,
      STATX_BASIC_STATS,
      this.#foundAddress,
    );
    return done < 0 ? undefined : this.#found;
  }

  async setTimes(descriptor: number, times: Times): Promise<boolean> {
    this.#times.set(times);
    return (await this.#calls.futimens(descriptor, this.#timesAddress)) === 0;
  }

  async sync(descriptor: number, what: 'content' | 'all'): Promise<boolean> {
    const call = what === 'content' ? this.#calls.fdatasync : this.#calls.fsync;
    return (await call(descriptor)) === 0;
  }

  #addressOf(bytes: Uint8Array | BigUint64Array): number {
    return Number(this.#library.addressOf(bytes));
  }
}

/** Larger files gain less by company, and each lane keeps so much memory. */
const LANE_BYTES = 256 * 1024;
/** Bytes of a name, at most. */
const NAME_MAX = 255;
/** What Linux takes in one call: `IOV_MAX`, see readv(2). */
const MOST_VECTORS = 1024;
