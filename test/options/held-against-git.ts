import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type CopyOptions, copyFolder } from '../../src/index.js';
import { toBuffer } from '../helpers/bytes.js';
import { makeTree } from '../helpers/make-tree.js';
import { removeTree, scratchFolder } from '../helpers/scratch-folder.js';
import type { TreeEntry } from '../helpers/tree-description.js';

interface Case {
  entries: TreeEntry[];
  /** lines of an ignore file */
  lines: string[];
  exclude: string[];
  include: string[];
}

/**
 * Holds what the filters leave out against `git check-ignore`, on patterns and trees that fit each other.
 * @param seed left out: other ones each time
 */
export async function holdAgainstGit(runs: number, seed?: number): Promise<void> {
  const git = makeRepository();
  let telling = 0;
  await fc.assert(
    fc.asyncProperty(drawnCase(), async drawn => {
      const { entries, lines, exclude, include } = drawn;
      const source = makeTree(
        entries,
        join(
          scratchFolder(git.folder, () => {}),
          'source',
        ),
      );
      try {
        const ignoreFile = join(dirname(source), 'lines');
        writeFileSync(ignoreFile, lines.map(line => `${line}\n`).join(''));
        const all = allPaths(entries);
        const given = [...exclude, ...include.map(glob => `!${glob}`)];
        const ignored = git.ignored(source, all, [...lines, ...given.map(line => `${line}\r`)]);
        if (ignored.size > 0 && ignored.size < all.length) telling += 1;
        const copied = await copiedPaths(source, { ignoreFile, exclude, include });
        expect(copied).toEqual(all.filter(path => !ignored.has(path)));
        if (include.length === 0) return;
        // With includes alone: what git would ignore by these lines, and the folders on the way to it.
        const matched = git.ignored(
          source,
          all,
          include.map(line => `${line}\r`),
        );
        const isWanted = (path: string) =>
          [...matched].some(other => other === path || other.startsWith(`${path}/`));
        expect(await copiedPaths(source, { include })).toEqual(all.filter(isWanted));
      } finally {
        removeTree(dirname(source));
      }
    }),
    { numRuns: runs, examples: seldomDrawn, ...(seed === undefined ? {} : { seed }) },
  );
  // In the others nothing is left out, or all.
  expect(telling).toBeGreaterThan(runs / 3);
}

/** An escaped slash before a name that begins with a blank. */
const seldomDrawn: [Case][] = ['\t', '\ta', ' a'].map(name => {
  const entries = ['a', `b/b/${name}`, `${name}`].map((latin1): TreeEntry => {
    return { path: { latin1 }, kind: 'file', content: '' };
  });
  return [{ entries, lines: [String.raw`b\/*\/${name}`], exclude: [], include: [String.raw`**\/${name}`] }];
});

/** Paths of a dry run in latin1, a character a byte, sorted. */
async function copiedPaths(source: string, options: CopyOptions): Promise<string[]> {
  const paths: string[] = [];
  await copyFolder(source, undefined, {
    ...options,
    dryRun: true,
    onEvent: event => {
      if (event.type !== 'file') return;
      const bytes = Buffer.from(
        event.pathBase64 ?? event.path,
        event.pathBase64 === undefined ? 'utf8' : 'base64',
      );
      paths.push(bytes.toString('latin1'));
    },
  });
  return paths.sort();
}

function allPaths(entries: TreeEntry[]): string[] {
  const paths = new Set<string>();
  for (const { path } of entries) {
    const names = toBuffer(path).toString('latin1').split('/');
    for (const depth of names.keys()) paths.add(names.slice(0, depth + 1).join('/'));
  }
  return [...paths].sort();
}

/** A repository without a work tree of its own: each case is one. */
function makeRepository() {
  const folder = scratchFolder();
  const repository = join(folder, 'git');
  execFileSync('git', ['init', '--quiet', '--bare', repository]);
  const ignored = (tree: string, paths: readonly string[], patterns: readonly string[]): Set<string> => {
    writeFileSync(join(repository, 'info/exclude'), patterns.map(line => `${line}\n`).join(''));
    const where = [`--git-dir=${repository}`, `--work-tree=${tree}`, '-c', 'core.bare=false'];
    const command = [...where, 'check-ignore', '--no-index', '-z', '--stdin'];
    const input = Buffer.from(paths.map(path => `${path}\0`).join(''), 'latin1');
    try {
      return setOf(execFileSync('git', command, { cwd: tree, input, stdio: 'pipe', env: GIT_ENVIRONMENT }));
    } catch (error) {
      // What git exits with where nothing is ignored.
      if (error instanceof Error && 'status' in error && error.status === 1) return new Set();
      throw error;
    }
  };
  return { folder, ignored };
}

const GIT_ENVIRONMENT = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', HOME: '/nowhere' };

function setOf(nulEnded: Buffer): Set<string> {
  return new Set(nulEnded.toString('latin1').split('\0').filter(Boolean));
}

function drawnCase(): fc.Arbitrary<Case> {
  const given = fc.array(pattern().filter(isFitToBeGiven), { maxLength: 2 });
  return fc.record({
    entries: fc.array(entry(), { minLength: 4, maxLength: 16, size: 'max' }).map(withoutClashes),
    lines: fc.array(line(), { maxLength: 5, size: 'max' }),
    exclude: given,
    include: given,
  });
}

const names = [
  ...[
    'a',
    'b',
    'ab',
    'ba',
    'A',
    'a.b',
    '.a',
    'a b',
    'a ',
    ' a',
    '#a',
    '!a',
    'a\\',
    '\\a',
    '[a]',
    'a]',
    '*',
    '?',
    '^',
  ],
  ...['-', '{a,b}', 'a\nb', 'Icon\r', 'é', '中', '😀', '__proto__', '\t', '...'],
];
const name = (): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'ab', 'a.b') },
    { weight: 4, arbitrary: fc.constantFrom(...names).map(text => Buffer.from(text).toString('latin1')) },
    { weight: 1, arbitrary: fc.constantFrom('\xe9', 'a\xff', '\x80') },
  );

function entry(): fc.Arbitrary<TreeEntry> {
  const path = fc.array(name(), { minLength: 1, maxLength: 4 }).map(parts => ({ latin1: parts.join('/') }));
  return fc
    .tuple(path, fc.constantFrom('file', 'file', 'file', 'folder', 'link'))
    .map(([path, kind]): TreeEntry => {
      if (kind === 'folder') return { path, kind };
      return kind === 'link' ? { path, kind, target: '..' } : { path, kind: 'file', content: '' };
    });
}

/** The first of two that stand in each other's way stays. */
function withoutClashes(entries: TreeEntry[]): TreeEntry[] {
  const kept: TreeEntry[] = [];
  for (const entry of entries) {
    const key = ({ path }: TreeEntry) => `${toBuffer(path).toString('latin1')}/`;
    if (!kept.some(other => key(other).startsWith(key(entry)) || key(entry).startsWith(key(other))))
      kept.push(entry);
  }
  return kept;
}

/** A line of an ignore file: also comments, exceptions, and lines that are no pattern. */
function line(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom('', '', '', '', '!', '#'),
      pattern(),
      fc.constantFrom('', '', '', ' ', '  ', '\t', '\r', '\\'),
    )
    .map(parts => parts.join(''));
}

function pattern(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom('', '', '/', '**/', '**\\/'),
      fc.oneof(fc.tuple(segment()), fc.array(segment(), { minLength: 1, maxLength: 3 })),
      fc.constantFrom('/', '/', '/', '\\/'),
      fc.constantFrom('', '', '', '/', '/*', '/**'),
    )
    .map(([start, segments, slash, end]) => start + segments.join(slash) + end);
}

function segment(): fc.Arbitrary<string> {
  const pieces = [
    ...[
      'a',
      'b',
      'A',
      '.',
      '*',
      '?',
      ' ',
      '\\ ',
      '[ab]',
      '[!a]',
      '[^b]',
      '[a-c]',
      '[c-a]',
      '[]a]',
      '[[:alpha:]]',
    ],
    ...[
      '[[:no:]]',
      '[é]',
      '[!中]',
      '\\a',
      '\\*',
      '\\[',
      '\\\\',
      '[a',
      ']',
      '!',
      '#',
      '{a,b}',
      '(',
      '+',
      '$',
      '|',
      'é',
    ],
  ];
  return fc
    .oneof(
      { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'ab', '*', 'a*', '?', '*b', '*.b', '[ab]') },
      { weight: 2, arbitrary: fc.constantFrom('**', '***') },
      { weight: 2, arbitrary: fc.constantFrom(...names).map(text => text.replace('\n', '?')) },
      {
        weight: 3,
        arbitrary: fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 3 }).map(p => p.join('')),
      },
    )
    .filter(isReadAlike);
}

/** The rare form that git reads in another way: see `Filters`. */
function isReadAlike(text: string): boolean {
  return (
    !/\*\*./.test(text.replace(/^\*+$/, '')) && !/[^*]\*\*/.test(text) && !/(?<!\\)(\\\\)*\\$/.test(text)
  );
}

/** As an option takes it. */
function isFitToBeGiven(text: string): boolean {
  return !/^[#!]|^ *$|(^|\/)\.\.?(\/|$)/.test(text);
}
