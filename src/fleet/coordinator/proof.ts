import { lstatSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOwnFile } from '../../copier/claim/own-file.js';
import { type BytePath, native } from '../../files/byte-path.js';
import { codeOf } from '../../files/failure.js';
import { CLAIM_NAME } from '../../files/reserved-names.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';

/**
 * Whether a member's file is in the folder that is written in, made by our own user.
 * @returns why not
 */
export async function whyNotProven(root: BytePath, name: string, proof: string): Promise<string | undefined> {
  const file = native(`${root}/${name}`);
  const reason = await whyNotSeen(root, file, proof);
  try {
    unlinkIfThere(file);
    return reason;
  } catch (error) {
    return `what it writes in the destination cannot be removed here (${codeOf(error) ?? 'UNKNOWN'})`;
  }
}

async function whyNotSeen(root: BytePath, file: string | Buffer, proof: string): Promise<string | undefined> {
  const deadline = performance.now() + SEEN_WITHIN_MS;
  try {
    for (;;) {
      const found = lstatSync(file, { throwIfNoEntry: false });
      if (found !== undefined) {
        const { uid } = lstatSync(native(`${root}/${CLAIM_NAME}`));
        if (!found.isFile() || found.uid !== uid)
          return 'its files in the destination belong to another user';
        if (readOwnFile(file) === proof) return undefined;
      }
      if (performance.now() > deadline)
        return 'what it writes in the destination is not seen here: it has another folder mounted there';
      await sleep(LOOK_EVERY_MS);
    }
  } catch (error) {
    return `what it writes in the destination cannot be read here (${codeOf(error) ?? 'UNKNOWN'})`;
  }
}

/** Names that are not there are remembered by network file systems for some seconds. */
const SEEN_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 100;
