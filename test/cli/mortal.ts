import { isRoot } from '../helpers/copies.js';
import type { CommandOptions } from '../helpers/run-command.js';

/** A user whom modes concern: root becomes `nobody`. */
export const mortal: CommandOptions = isRoot ? { uid: 65534, gid: 65534 } : {};
