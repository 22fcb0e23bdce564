import { chmodSync, lchownSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { type BytePath, NAME_ENCODING, native, rawName } from '../../files/byte-path.js';
import { type Facts, kindOf, permissionsOf } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';
import { CLAIM_NAME, MARK_NAME } from '../../files/reserved-names.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import { lstat } from '../../files/system/stat.js';
import { WORKING_FOLDER } from '../../files/trees/folder-handles.js';
import { isAccepted } from '../../rules/keep.js';

/**
 * Gives a folder that cannot be renamed itself, as one in a lower layer of an overlay, another name: all in it moves to
 * a new folder, which grows within the old one and takes the name in one rename.
 * @param temporary the name of the new one until then, of this run alone
 */
export function renameByEntries(from: BytePath, to: BytePath, temporary: string): void {
  const grown = rawName(`${from}/${temporary}`);
  mkdirSync(native(grown), PRIVATE);
  for (const name of namesIn(from)) {
    if (name !== temporary && !OWN.includes(name))
      move(rawName(`${from}/${name}`), rawName(`${grown}/${name}`));
  }
  // What makes it this run's own comes last, and goes back where the name cannot be had.
  for (const name of OWN) renameSync(native(`${from}/${name}`), native(`${grown}/${name}`));
  try {
    renameSync(native(grown), native(to));
  } catch (error) {
    for (const name of OWN) renameSync(native(`${grown}/${name}`), native(`${from}/${name}`));
    throw error;
  }
  rmdirSync(native(from));
}

const PRIVATE = 0o700;
const OWN: readonly string[] = [MARK_NAME, CLAIM_NAME];

function move(from: BytePath, to: BytePath): void {
  try {
    renameSync(native(from), native(to));
  } catch (error) {
    const facts = lstat(native(from));
    if (codeOf(error) !== 'EXDEV' || kindOf(facts) !== 'folder') throw error;
    makeAnew(from, to, facts);
  }
}

function makeAnew(from: BytePath, to: BytePath, facts: Facts): void {
  mkdirSync(native(to), PRIVATE);
  isAccepted(() => chmodSync(native(from), permissionsOf(facts) | PRIVATE));
  for (const name of namesIn(from)) move(rawName(`${from}/${name}`), rawName(`${to}/${name}`));
  isAccepted(() => lchownSync(native(to), facts.uid, facts.gid));
  keepAttributes(from, to);
  isAccepted(() => chmodSync(native(to), permissionsOf(facts)));
  isAccepted(() => entryCalls().setTimesIn(WORKING_FOLDER, to, facts));
  rmdirSync(native(from));
}

/** What a worker could give the old one, the new one can have too. */
function keepAttributes(from: BytePath, to: BytePath): void {
  const calls = platformCalls();
  if (calls === undefined || !calls.hasAttributesAt(from)) return;
  for (const name of calls.attributes(from)) {
    isAccepted(() => calls.setAttribute(to, name, calls.attribute(from, name)));
  }
}

function namesIn(folder: BytePath): string[] {
  return readdirSync(native(folder), { encoding: NAME_ENCODING });
}
