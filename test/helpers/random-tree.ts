import fc from 'fast-check';
import { type Bytes, toBuffer } from './bytes.js';
import type { TreeEntry } from './tree-description.js';

/** One step in building a tree; indices are taken modulo what there is, so that shrinking keeps a tree a tree. */
interface Step {
  parent: number;
  name: Buffer;
  entry: Draft;
}

type Draft =
  | (DistributiveOmit<Exclude<TreeEntry, { kind: 'hardlink' }>, 'path'> & { kind: string })
  | { kind: 'hardlink'; to: number };

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const isRoot = process.getuid?.() === 0;

/** Trees of all kinds, as data for `makeTree`. */
export function randomTree(maxEntries = 40): fc.Arbitrary<TreeEntry[]> {
  return fc.array(step(), { maxLength: maxEntries }).map(grown);
}

/** What may stand where `source` is to be copied: entries of any kind, many of them under the source's names. */
export function randomDestination(source: TreeEntry[]): fc.Arbitrary<TreeEntry[]> {
  const collision = fc.record({ at: fc.nat(), entry: draft() });
  return fc.tuple(randomTree(10), fc.array(collision, { maxLength: 20 })).map(([others, collisions]) => {
    const entries: TreeEntry[] = [];
    for (const { at, entry } of collisions) {
      const path = source[at % Math.max(1, source.length)]?.path;
      if (path !== undefined && entry.kind !== 'hardlink') place(entries, { ...entry, path } as TreeEntry);
    }
    for (const other of others) if (other.kind !== 'hardlink') place(entries, other);
    // Without times of their own they are younger than the source: `update` sees them all.
    // Without attributes: a folder that stands in both keeps its own, which rsync would take away.
    return entries.map(({ mtime: _, atime: __, xattrs: ___, ...entry }) => entry as TreeEntry);
  });
}

function grown(steps: Step[]): TreeEntry[] {
  const folders: Buffer[] = [Buffer.alloc(0)];
  const files: Bytes[] = [];
  const entries: TreeEntry[] = [];
  for (const { parent, name, entry } of steps) {
    const folder = folders[parent % folders.length] ?? Buffer.alloc(0);
    const path = asBytes(folder.length === 0 ? name : Buffer.concat([folder, Buffer.from('/'), name]));
    if (toBuffer(path).length > 3000) continue;
    const to = entry.kind === 'hardlink' ? files[entry.to % Math.max(1, files.length)] : undefined;
    if (entry.kind === 'hardlink' && to === undefined) continue;
    const placed = place(entries, { ...entry, path, ...(to === undefined ? {} : { to }) } as TreeEntry);
    if (placed && entry.kind === 'folder') folders.push(toBuffer(path));
    if (placed && linkable.includes(entry.kind)) files.push(path);
  }
  return entries;
}

const linkable = ['file', 'link'];

/** Only where nothing stands yet, and nothing that is no folder stands above. */
function place(entries: TreeEntry[], entry: TreeEntry): boolean {
  const key = (bytes: Bytes): string => toBuffer(bytes).toString('latin1');
  const path = key(entry.path);
  const clash = entries.some(other => {
    const taken = key(other.path);
    const above = other.kind !== 'folder' && path.startsWith(`${taken}/`);
    return taken === path || taken.startsWith(`${path}/`) || above;
  });
  if (!clash) entries.push(entry);
  return !clash;
}

/** Text where it is text, so that a failing tree can be read. */
function asBytes(bytes: Buffer): Bytes {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : { latin1: bytes.toString('latin1') };
}

function step(): fc.Arbitrary<Step> {
  return fc.record({ parent: fc.nat(50), name: name(), entry: draft() });
}

function name(): fc.Arbitrary<Buffer> {
  const letters = fc.stringMatching(/^[a-z]{1,6}$/);
  const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
  const anyBytes = fc.uint8Array({ min: 1, max: 255, minLength: 1, maxLength: 12 });
  return fc
    .oneof(
      { weight: 4, arbitrary: letters.map(text => Buffer.from(text)) },
      { weight: 3, arbitrary: fc.constantFrom(...oddNames).map(text => Buffer.from(text)) },
      { weight: 1, arbitrary: letters.map(text => Buffer.from(text.padEnd(255, '.'))) },
      { weight: 2, arbitrary: anyText.map(text => Buffer.from(text)) },
      { weight: 2, arbitrary: anyBytes.map(bytes => Buffer.from(bytes)) },
    )
    .map(bytes => bytes.filter(byte => byte !== 0 && byte !== 0x2f) as Buffer)
    .filter(bytes => bytes.length > 0 && !['.', '..'].includes(bytes.toString('latin1')));
}

const oddNames = [
  ' ',
  '...',
  '-rf',
  '--',
  '--help',
  '~',
  '*?[x]',
  'new\nline',
  '\n',
  'tab\t',
  '\u001b[31m',
  '"\'`$(z)\\',
  '相册[副本]',
  '一'.repeat(85),
  '👩‍👩‍👧‍👦🎉',
  'caf\u00e9',
  'cafe\u0301',
  '\ufffd',
  '__proto__',
  'x.partial',
  '.hidden',
  'node_modules',
];

function draft(): fc.Arbitrary<Draft> {
  const file = fc.record({ kind: fc.constant('file' as const), size: size() });
  const sparse = fc
    .record({
      kind: fc.constant('file' as const),
      size: fc.integer({ min: 1, max: 3_000_000 }),
      spans: spans(),
    })
    .map(({ spans: drawn, ...rest }) => ({ ...rest, data: within(drawn, rest.size) }));
  const link = fc.record({ kind: fc.constant('link' as const), target: target() });
  const only = <K extends string>(kind: K): fc.Arbitrary<{ kind: K }> => fc.constant({ kind });
  const choices: [weight: number, arbitrary: fc.Arbitrary<Draft>][] = [
    [8, marked(file, fileModes)],
    [5, marked(only('folder'), folderModes)],
    [3, marked(link, [])],
    [2, marked(sparse, fileModes)],
    [3, fc.record({ kind: fc.constant('hardlink' as const), to: fc.nat(50) })],
    [1, marked(only('fifo'), ['600', '644'], false)],
    [1, only('socket')],
    ...(isRoot ? [[1, only('device')] as [number, fc.Arbitrary<Draft>]] : []),
  ];
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

function marked<T extends object>(
  entry: fc.Arbitrary<T>,
  modes: string[],
  holdsAttributes = modes.length > 0,
): fc.Arbitrary<Draft> {
  const marks = fc.record(
    {
      ...(modes.length > 0 ? { mode: fc.constantFrom(...modes) } : {}),
      mtime: time(),
      atime: time(),
      ...(isRoot ? { owner: fc.record({ uid: id(), gid: id() }) } : {}),
      ...(holdsAttributes
        ? { xattrs: fc.dictionary(fc.constantFrom('user.a', 'user.b'), fc.constantFrom('', 'value')) }
        : {}),
    },
    { requiredKeys: [] },
  );
  return fc.tuple(entry, marks).map(([what, how]) => ({ ...what, ...how }) as unknown as Draft);
}

// Attributes of entries that are neither file nor folder are none that users may set.
const closed = isRoot ? ['000'] : [];
const fileModes = ['644', '600', '444', '755', '777', '400', '640', '4755', '2755', '6711', ...closed];
const folderModes = ['755', '700', '555', '777', '1777', '500', '2775', ...closed];

const id = (): fc.Arbitrary<number> => fc.constantFrom(0, 1, 1000, 65534);

function size(): fc.Arbitrary<number> {
  const edges = [
    0, 1, 1023, 1024, 1025, 2048, 4095, 4096, 4097, 5509, 65_535, 65_536, 65_537, 262_145, 524_287, 524_288,
    524_289,
  ];
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...edges) },
    { weight: 2, arbitrary: fc.nat(20_000) },
    { weight: 1, arbitrary: fc.nat(1_500_000) },
  );
}

function spans(): fc.Arbitrary<[offset: number, length: number][]> {
  return fc.array(fc.tuple(fc.nat(3_000_000), fc.integer({ min: 1, max: 10_000 })), { maxLength: 4 });
}

function within(drawn: [offset: number, length: number][], end: number): [offset: number, length: number][] {
  return drawn.map(([offset, length]) => [offset % end, Math.min(length, end - (offset % end))]);
}

function time(): fc.Arbitrary<string> {
  const any = fc.bigInt({ min: -2_000_000_000_000_000_000n, max: 8_000_000_000_000_000_000n }).map(String);
  return fc.oneof(
    any,
    fc.constantFrom('0', '-1', '-1000000000', '-1500000001', '1600000000999999999', '999'),
  );
}

function target(): fc.Arbitrary<Bytes> {
  const path = fc
    .array(name(), { minLength: 1, maxLength: 3 })
    .map(names =>
      asBytes(
        Buffer.concat(names.flatMap((each, index) => (index === 0 ? [each] : [Buffer.from('/'), each]))),
      ),
    );
  return fc.oneof(fc.constantFrom('.', '..', '/', '/etc/passwd', 'nowhere', '../..', 'a//./b/'), path);
}
