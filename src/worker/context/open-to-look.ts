import { constants, readlinkSync } from 'node:fs';
import { type BytePath, join, NAME_ENCODING, ROOT, rawName } from '../../files/byte-path.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import { HAS_DESCRIPTOR_PATHS } from '../../files/system/descriptor-paths.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import { waitingCalls } from '../../files/system/waiting-calls.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import type { HeldPlace } from '../../files/trees/open-folders.js';

/** A folder tree that is looked into without holding up the process. */
export interface LookedAtTree {
  readonly handles: FolderHandles;
  /** Absolute, as bytes. */
  readonly root: BytePath;
  readonly followLinks: boolean;
}

/**
 * Opens a folder to read its names, in one call that does not hold up the process: component by component would be a
 * call for each. That no link was followed on the way is seen afterwards, by the path of what has been opened.
 */
export async function openToLook(tree: LookedAtTree, folder: BytePath): Promise<FolderPlace> {
  const path = folder === ROOT ? tree.root : `${tree.root}/${folder}`;
  if (!HAS_DESCRIPTOR_PATHS) {
    const prefix = tree.handles.at(folder);
    return { descriptor: await waitingCalls.openFolder(path, tree.followLinks), prefix };
  }
  const descriptor = await openByPath(tree, path, folder);
  return { descriptor, prefix: `/proc/self/fd/${descriptor}/` };
}

async function openByPath(tree: LookedAtTree, path: string, folder: BytePath): Promise<number> {
  const open = (followLink: boolean) => waitingCalls.openFolder(path, followLink);
  const descriptor = path.length < LONGEST_PATH ? await unlessLinked(tree, folder, open) : undefined;
  if (descriptor !== undefined) return descriptor;
  const flags = constants.O_RDONLY | constants.O_DIRECTORY;
  return entryCalls().open(tree.handles.place(folder), '.', flags, 0);
}

/**
 * The same of a folder in which names are to be looked up, and which is kept open for that, where there is `/proc`.
 * @returns a place that is held
 */
export async function openToHold(tree: LookedAtTree, folder: BytePath): Promise<HeldPlace> {
  const { handles } = tree;
  const known = handles.holdIfOpen(folder);
  if (known !== undefined) return known;
  const path = `${tree.root}/${folder}`;
  if (folder !== ROOT && path.length < LONGEST_PATH) {
    const open = (followLink: boolean) => waitingCalls.nameFolder(path, followLink);
    // Why it cannot be opened is found out component by component.
    const descriptor = await unlessLinked(tree, folder, open).catch(() => undefined);
    if (descriptor !== undefined) handles.adopt(folder, descriptor);
  }
  return handles.hold(folder);
}

/** @returns undefined where the way to the folder led through a link, and may not */
async function unlessLinked(
  tree: LookedAtTree,
  folder: BytePath,
  open: (followLink: boolean) => Promise<number>,
): Promise<number | undefined> {
  const descriptor = await open(tree.followLinks || folder === ROOT);
  let isThere = false;
  try {
    isThere = tree.followLinks || pathOf(descriptor) === join(pathOf(rootOf(tree)), folder);
  } finally {
    if (!isThere) await waitingCalls.close(descriptor);
  }
  return isThere ? descriptor : undefined;
}

function rootOf({ handles }: LookedAtTree): number {
  return handles.place(ROOT).descriptor;
}

/** Where the kernel says that an open folder lies. */
function pathOf(descriptor: number): BytePath {
  return rawName(readlinkSync(`/proc/self/fd/${descriptor}`, { encoding: NAME_ENCODING }));
}

/** The kernel takes paths up to 4,096 bytes. */
const LONGEST_PATH = 4000;
