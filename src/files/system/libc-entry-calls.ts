import { copyOf, type Facts, kindOf } from '../facts.js';
import { type PackedNames, startOf } from '../name-column.js';
import type { EntryCalls } from './entry-calls.js';
import { Statx, TimeSpecs } from './kernel-structs.js';
import {
  AT_EMPTY_PATH,
  type Libc,
  NO_ATTRIBUTES_ERRNOS,
  NO_NAME,
  O_CLOEXEC,
  STATX_BASIC_STATS,
  systemError,
} from './libc.js';
import { LibcFolders } from './libc-names.js';
import { LibcVectors } from './libc-vectors.js';

/**
 * Linux's own calls: names are looked up in open folders; facts and names are read from the kernel's bytes. Memory is
 * given by its address, a plain number: a buffer makes a call of 2 us cost 0.2 more, measured with `preadv`.
 */
export function libcEntryCalls(library: Libc): EntryCalls {
  const { bind, bindWaiting } = library;
  const openat = bind('openat', 'int', ['int', 'int64_t', 'int', 'uint32_t']);
  const closeDescriptor = bind('close', 'int', ['int']);
  const statx = bind('statx', 'int', ['int', 'int64_t', 'int', 'uint32_t', 'int64_t']);
  const mkdirat = bind('mkdirat', 'int', ['int', 'int64_t', 'uint32_t']);
  const linkat = bind('linkat', 'int', ['int', 'int64_t', 'int', 'int64_t', 'int']);
  const utimensat = bind('utimensat', 'int', ['int', 'int64_t', 'int64_t', 'int']);
  const utimensatWaiting = bindWaiting('utimensat', 'int', ['int', 'int64_t', 'int64_t', 'int']);
  const futimens = bind('futimens', 'int', ['int', 'int64_t']);
  const flistxattr = bind('flistxattr', 'int64_t', ['int', 'int64_t', 'int64_t']);
  const flistxattrWaiting = bindWaiting('flistxattr', 'int64_t', ['int', 'int64_t', 'int64_t']);
  const llistxattrWaiting = bindWaiting('llistxattr', 'int64_t', ['int64_t', 'int64_t', 'int64_t']);
  const addressOf = (buffer: Uint8Array): number => Number(library.addressOf(buffer));

  /** After a call that returned -1: returns where it is to be made again, throws where it has failed. */
  const throwUnlessInterrupted = (syscall: string): void => {
    const errno = library.errno();
    if (errno !== EINTR) throw systemError(errno, syscall);
  };

  const noName = addressOf(NO_NAME);
  const found = new Statx();
  const foundAddress = addressOf(found.bytes);
  const times = new TimeSpecs();
  const timesAddress = addressOf(times.bytes);
  let path = Buffer.allocUnsafeSlow(PATH_MAX);
  let pathAddress = addressOf(path);
  let rows: PackedNames | undefined;
  let rowsAddress = 0;

  /** The address of a name as the kernel takes it; good until the next one. */
  const asPath = (name: string): number => {
    if (name.length >= path.length) {
      path = Buffer.allocUnsafeSlow(name.length + 1);
      pathAddress = addressOf(path);
    }
    path[path.write(name, 0, 'latin1')] = 0;
    return pathAddress;
  };

  /** The same of the name in a row. The names stay where they are as long as they are kept here. */
  const pathAt = (names: PackedNames, row: number): number => {
    if (names !== rows) {
      rows = names;
      rowsAddress = addressOf(names.bytes);
    }
    return rowsAddress + startOf(names, row);
  };

  const open = (folder: number, path: number, flags: number, mode: number): number => {
    for (;;) {
      const descriptor = openat(folder, path, flags | O_CLOEXEC, mode);
      if (descriptor >= 0) return descriptor;
      throwUnlessInterrupted('open');
    }
  };

  /** @returns whether anything is there */
  const stat = (folder: number, path: number, flags: number): boolean => {
    while (statx(folder, path, flags, STATX_BASIC_STATS, foundAddress) < 0) {
      if (library.errno() === ENOENT) return false;
      throwUnlessInterrupted('statx');
    }
    return true;
  };

  const statOpen = (descriptor: number): Facts => {
    while (statx(descriptor, noName, AT_EMPTY_PATH, STATX_BASIC_STATS, foundAddress) < 0) {
      throwUnlessInterrupted('statx');
    }
    return found;
  };

  const close = (descriptor: number): void => {
    // One that is interrupted has closed all the same.
    if (closeDescriptor(descriptor) < 0) throwUnlessInterrupted('close');
  };

  const folders = new LibcFolders(library, throwUnlessInterrupted, close, (folder, name) =>
    statx(folder, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, foundAddress) >= 0 && kindOf(found) === 'file'
      ? found
      : undefined,
  );

  return {
    open: (folder, name, flags, mode) => open(folder.descriptor, asPath(name), flags, mode),
    openRow: (folder, names, row, flags, mode) => open(folder.descriptor, pathAt(names, row), flags, mode),

    close,

    factsIn: (folder, name, follow) =>
      stat(folder.descriptor, asPath(name), follow ? 0 : AT_SYMLINK_NOFOLLOW) ? copyOf(found) : undefined,

    lookInRow: (folder, names, row) =>
      stat(folder.descriptor, pathAt(names, row), AT_SYMLINK_NOFOLLOW) ? found : undefined,

    lookAt: statOpen,
    factsOf: descriptor => copyOf(statOpen(descriptor)),
    factsOfFolder: ({ descriptor }) => copyOf(statOpen(descriptor)),

    setTimes(descriptor, given) {
      times.set(given);
      while (futimens(descriptor, timesAddress) < 0) throwUnlessInterrupted('futimens');
    },

    setTimesIn({ descriptor }, name, given) {
      times.set(given);
      const path = asPath(name);
      while (utimensat(descriptor, path, timesAddress, AT_SYMLINK_NOFOLLOW) < 0) {
        throwUnlessInterrupted('utimensat');
      }
    },

    setTimesOf({ descriptor }, given) {
      times.set(given);
      while (utimensat(descriptor, noName, timesAddress, AT_EMPTY_PATH) < 0) {
        // Before Linux 5.8 a name is needed, and so the right to search the folder.
        if (library.errno() === EINVAL && utimensat(descriptor, asPath('.'), timesAddress, 0) === 0) return;
        throwUnlessInterrupted('utimensat');
      }
    },

    async setTimesOfWaiting({ descriptor }, given) {
      const itsTimes = new TimeSpecs();
      itsTimes.set(given);
      const done = await utimensatWaiting(descriptor, noName, addressOf(itsTimes.bytes), AT_EMPTY_PATH);
      // They have to stay where they are until then.
      return done === 0 && itsTimes.bytes.length > 0;
    },

    hasAttributes(descriptor) {
      const bytes = flistxattr(descriptor, 0, 0);
      // What cannot be asked for another reason than that there are none comes to light when they are read.
      return bytes > 0 || (bytes < 0 && !NO_ATTRIBUTES_ERRNOS.has(library.errno()));
    },

    async mayHaveAttributesAt(path) {
      const bytes = Buffer.from(`${path}\0`, 'latin1');
      const found = await llistxattrWaiting(addressOf(bytes), 0, 0);
      // The name has to stay where it is until then.
      return found !== 0 && bytes.length > 0;
    },

    mayHaveAttributes: async descriptor => (await flistxattrWaiting(descriptor, 0, 0)) !== 0,

    link(from, name, to, newName) {
      // Both names have to stand at a time.
      const other = Buffer.from(`${newName}\0`, 'latin1');
      const newPath = addressOf(other);
      const path = asPath(name);
      while (linkat(from.descriptor, path, to.descriptor, newPath, 0) < 0) throwUnlessInterrupted('link');
    },

    linkRow(from, to, names, row) {
      const path = pathAt(names, row);
      while (linkat(from.descriptor, path, to.descriptor, path, 0) < 0) throwUnlessInterrupted('link');
    },

    makeFolder(folder, name, mode) {
      const path = asPath(name);
      while (mkdirat(folder.descriptor, path, mode) < 0) throwUnlessInterrupted('mkdir');
    },

    readsDescriptors: true,
    names: ({ descriptor }, afterwards = 'close') => folders.names(descriptor, afterwards),

    vectors: (slab, chunkSize) => new LibcVectors(library, slab, chunkSize, throwUnlessInterrupted),
  };
}

const AT_SYMLINK_NOFOLLOW = 0x100;
const ENOENT = 2;
const EINTR = 4;
const EINVAL = 22;

/** The kernel takes paths up to this length, its end included. */
const PATH_MAX = 4096;
