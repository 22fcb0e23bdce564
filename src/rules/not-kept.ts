import { EntryError } from '../files/failure.js';
import type { NotKept } from '../protocol/messages.js';

/** With `--strict`: the failure of an entry of which something cannot be kept. */
export function notKeptError(kind: NotKept): EntryError {
  const [code, message] = ERRORS[kind];
  return new EntryError(code, message);
}

const ERRORS: Readonly<Record<NotKept, readonly [code: string, message: string]>> = {
  owner: ['EPERM', 'its owner or group cannot be kept'],
  mode: ['EPERM', 'its mode cannot be kept'],
  time: ['EPERM', 'its times cannot be kept'],
  attribute: ['ENOTSUP', 'an extended attribute cannot be kept'],
  hardLink: ['EMLINK', 'it cannot be kept as a hard link'],
  grown: ['CHANGED', 'it grew while it was read'],
  sync: ['EINVAL', 'the folder cannot be written to the disk'],
  fifo: ['ENOSYS', 'a FIFO cannot be made without the optional dependency koffi'],
  socket: ['ENOTSUP', 'it is a socket, which is not copied'],
  device: ['ENOTSUP', 'it is a device, which is not copied'],
};
