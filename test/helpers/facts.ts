import { constants } from 'node:fs';
import type { Facts } from '../../src/files/facts.js';

/** The facts of an empty file, but for those given. */
export function factsWith(given: Partial<Facts>): Facts {
  return { ...EMPTY_FILE, ...given };
}

const EMPTY_FILE: Facts = {
  deviceHigh: 0,
  deviceLow: 1,
  inodeHigh: 0,
  inodeLow: 1,
  mode: constants.S_IFREG | 0o644,
  nlink: 1,
  uid: 0,
  gid: 0,
  size: 0,
  blocks: 0,
  atime: 0,
  atimeNs: 0,
  mtime: 0,
  mtimeNs: 0,
  ctime: 0,
  ctimeNs: 0,
};
