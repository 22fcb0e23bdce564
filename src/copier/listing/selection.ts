import { readFileSync } from 'node:fs';
import {
  type BytePath,
  bytePath,
  join,
  NAME_ENCODING,
  ROOT,
  rawName,
  readable,
} from '../../files/byte-path.js';
import { refusal, UsageError } from '../report/errors.js';

/** The entries that `--from` names: each with the folders it lies in, and a folder with all that is in it. */
export class Selection {
  /** `ALL` where the source itself is named. */
  readonly #root: Node;

  private constructor(root: Node) {
    this.#root = root;
  }

  /** @param file source-relative paths, each ended by NUL. @throws {RefusedError} where it cannot be read or used */
  static read(file: string | Buffer): Selection {
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      throw refusal(`from ${readable(bytePath(file))}`, 'cannot be read', error);
    }
    const root: Node = new Map();
    let isWhole = false;
    for (const path of bytes.toString(NAME_ENCODING).split('\0')) {
      if (path === '') continue;
      const names = namesOf(path);
      if (names.length === 0) isWhole = true;
      add(root, names);
    }
    return new Selection(isWhole ? ALL : root);
  }

  /** The names of `folder` that are selected; undefined: all. */
  namesIn(folder: BytePath): Iterable<BytePath> | undefined {
    const node = this.#nodeAt(folder);
    return node === undefined || node === ALL ? undefined : node.keys();
  }

  /** What is named in `path` without it being named itself. */
  below(path: BytePath): BytePath[] {
    const node = this.#nodeAt(path);
    return node === undefined ? [] : leavesOf(path, node);
  }

  has(path: BytePath): boolean {
    return this.#nodeAt(path) !== undefined;
  }

  #nodeAt(path: BytePath): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path === ROOT ? [] : path.split('/')) {
      if (node === undefined || node === ALL) return node;
      node = node.get(rawName(name));
    }
    return node;
  }
}

type Node = Map<BytePath, Node>;

/** Stands for an entry that is named itself. */
const ALL: Node = new Map();

function leavesOf(path: BytePath, node: Node): BytePath[] {
  return [...node].flatMap(([name, below]) =>
    below === ALL ? [join(path, name)] : leavesOf(join(path, name), below),
  );
}

/** Empty for the source itself, `.`. */
function namesOf(path: string): BytePath[] {
  const names = path.split('/').filter(name => name !== '' && name !== '.');
  if (path.startsWith('/') || names.includes('..')) {
    throw new UsageError(
      `from takes paths inside the source, not ${JSON.stringify(readable(rawName(path)))}`,
    );
  }
  return names.map(rawName);
}

function add(root: Node, names: readonly BytePath[]): void {
  let node = root;
  for (const [depth, name] of names.entries()) {
    const below = node.get(name);
    if (below === ALL) return;
    if (depth === names.length - 1) node.set(name, ALL);
    else if (below !== undefined) node = below;
    else {
      const made: Node = new Map();
      node.set(name, made);
      node = made;
    }
  }
}
