import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  lchownSync,
  openSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { NAME_ENCODING, native } from '../files/byte-path.js';
import { type Facts, kindOf, permissionsOf } from '../files/facts.js';
import { EntryError } from '../files/failure.js';
import { entryCalls } from '../files/system/choose-calls.js';
import { HAS_DESCRIPTOR_PATHS } from '../files/system/descriptor-paths.js';
import type { FolderPlace } from '../files/system/entry-calls.js';
import { syncPath } from '../files/system/path-calls.js';
import { platformCalls } from '../files/system/platform-calls.js';
import { keepAttributes } from '../rules/attributes/keep-attributes.js';
import { isAccepted } from '../rules/keep.js';

/** Copies a file, a link or a FIFO with its metadata, as far as the place takes that. What fails leaves nothing. */
export function copyAcross(across: Across): void {
  const { from, name, to, newName, facts } = across;
  const [source, target] = [from.prefix + name, to.prefix + newName];
  try {
    makeCopy(across, source, target);
    isAccepted(() => lchownSync(native(target), facts.uid, facts.gid));
    const calls = platformCalls();
    if (calls?.hasAttributesAt(source)) keepAttributes(calls, source, target);
    if (kindOf(facts) !== 'link') isAccepted(() => chmodSync(native(target), permissionsOf(facts)));
    isAccepted(() => entryCalls().setTimesIn(to, newName, facts));
    if (across.fsync && kindOf(facts) === 'file') syncPath(native(target));
  } catch (error) {
    removeIfThere(target);
    throw error;
  }
}

/** An entry and its copy on another file system. */
interface Across {
  readonly from: FolderPlace;
  readonly name: string;
  readonly to: FolderPlace;
  readonly newName: string;
  readonly facts: Facts;
  readonly fsync: boolean;
}

function makeCopy({ facts }: Across, source: string, target: string): void {
  switch (kindOf(facts)) {
    case 'file':
      copyContent(source, target);
      return;
    case 'link':
      symlinkSync(native(readlinkSync(native(source), { encoding: NAME_ENCODING })), native(target));
      return;
    case 'fifo': {
      const calls = platformCalls();
      if (calls === undefined) throw cannotBeCopied();
      calls.makeFifo(target, 0o600);
      return;
    }
    default:
      throw cannotBeCopied();
  }
}

function cannotBeCopied(): EntryError {
  return new EntryError('EXDEV', 'it cannot be copied to the backup folder, which is on another file system');
}

/** By its descriptor: a link that takes its place meanwhile is not followed. */
function copyContent(source: string, target: string): void {
  const descriptor = openSync(native(source), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const path = HAS_DESCRIPTOR_PATHS ? `/proc/self/fd/${descriptor}` : native(source);
    copyFileSync(path, native(target), constants.COPYFILE_EXCL);
  } finally {
    closeSync(descriptor);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(native(path));
  } catch {
    // It has not been made.
  }
}
