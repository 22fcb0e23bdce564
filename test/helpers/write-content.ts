import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { toBuffer } from './bytes.js';
import type { TreeEntry } from './tree-description.js';

type FileContent = Extract<TreeEntry, { kind: 'file' }>;

const stepBytes = 1024 * 1024;

export function writeContent(path: string | Buffer, file: FileContent): void {
  const descriptor = openSync(path, 'wx');
  try {
    if ('content' in file) writeSync(descriptor, toBuffer(file.content));
    else writeSpans(descriptor, file.size, file.data ?? [[0, file.size]]);
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes that depend on their offset alone and do not repeat soon, so that a chunk in the wrong place is seen. */
export function pattern(offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) {
    const position = offset + at;
    bytes[at] = (Math.imul(position >>> 2, 2654435761) >>> (8 * (position & 3))) & 0xff;
  }
  return bytes;
}

function writeSpans(descriptor: number, size: number, spans: [offset: number, length: number][]): void {
  ftruncateSync(descriptor, size);
  for (const [offset, length] of spans) {
    for (let done = 0; done < length; done += stepBytes) {
      const step = Math.min(stepBytes, length - done);
      writeSync(descriptor, pattern(offset + done, step), 0, step, offset + done);
    }
  }
}
