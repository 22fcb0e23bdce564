import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { randomNumbers } from '../helpers/random-numbers.js';

export interface Shape {
  files: number;
  folders: number;
  smallest: number;
  largest: number;
  /** sizes are scaled to this sum (within a chunk or two per file); without it they fall where they fall */
  total?: number;
}

const MiB = 1024 * 1024;

/**
 * Writes the same files with the same contents every time; contents do not compress or repeat within a file.
 * @returns `root`
 */
export function writeFiles(root: string, shape: Shape): string {
  const random = randomNumbers(1);
  const noise = Buffer.alloc(shape.largest + 64 * MiB > 96 * MiB ? 64 * MiB : shape.largest + MiB);
  for (let at = 0; at + 4 <= noise.length; at += 4) noise.writeUInt32LE((random() * 2 ** 32) >>> 0, at);
  const sizes = sizesOf(shape, random);
  for (let folder = 0; folder < shape.folders; folder++)
    mkdirSync(folderPath(root, folder), { recursive: true });
  sizes.forEach((size, index) => {
    const path = join(folderPath(root, index % shape.folders), `file-${index}.bin`);
    for (let done = 0; done === 0 || done < size; done += MiB) {
      const length = Math.min(MiB, size - done);
      const start = Math.floor(random() * (noise.length - length));
      writeFileSync(path, noise.subarray(start, start + length), { flag: done === 0 ? 'wx' : 'a' });
    }
  });
  return root;
}

/** Gives every so many-th of the files below a folder another content of another size, in the order of their paths. */
export function changeEvery(root: string, step: number): void {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  for (let at = 0; at < paths.length; at += step) appendFileSync(paths[at] ?? '', 'changed');
}

/** Each folder holds one file and, while there are folders left, ten folders. */
export function writeNestedFolders(root: string, folders: number): string {
  const paths = [root];
  for (let number = 0; number < folders; number++) {
    const path = number === 0 ? root : join(paths[Math.floor((number - 1) / 10)] ?? root, `folder-${number}`);
    paths[number] = path;
    mkdirSync(path);
    writeFileSync(join(path, 'file.txt'), `the file of folder ${number}\n`);
  }
  return root;
}

/** One file, pieces of data evenly spread over it, holes between. */
export function writeSparseFile(root: string, file: { size: number; pieces: number; piece: number }): string {
  mkdirSync(root);
  const handle = openSync(join(root, 'sparse.img'), 'wx');
  ftruncateSync(handle, file.size);
  for (let piece = 0; piece < file.pieces; piece++) {
    const content = Buffer.alloc(file.piece, `piece ${piece} `);
    writeSync(handle, content, 0, content.length, Math.floor(file.size / file.pieces) * piece);
  }
  closeSync(handle);
  return root;
}

/** Folders nest by tens, as they do in life. */
function folderPath(root: string, index: number): string {
  return join(root, `group-${Math.floor(index / 10)}`, `folder-${index}`);
}

/** Evenly spread by magnitude for a wide range (many small, few large), by value for a narrow one. */
function sizesOf({ files, smallest, largest, total }: Shape, random: () => number): number[] {
  const byMagnitude = total !== undefined;
  const draw = (): number =>
    byMagnitude ? smallest * (largest / smallest) ** random() : smallest + random() * (largest - smallest);
  const drawn = Array.from({ length: files }, draw);
  const scale = total === undefined ? 1 : total / drawn.reduce((sum, size) => sum + size, 0);
  return drawn.map(size => Math.round(Math.min(largest, Math.max(smallest, size * scale))));
}
