import { constants } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Facts } from '../../src/files/facts.js';
import type { IfExists, JobKind, Trust } from '../../src/protocol/messages.js';
import { decideEntry, decideFolder, type Policy } from '../../src/rules/stands-there.js';
import { factsWith } from '../helpers/facts.js';

function entry(type: number, nlink = 1): Facts {
  return factsWith({ mode: type | 0o644, nlink });
}

const [file, folder, link] = [constants.S_IFREG, constants.S_IFDIR, constants.S_IFLNK].map(type =>
  entry(type),
);
const linked = entry(constants.S_IFREG, 2);
const content = (ifExists: IfExists, digests = false): Policy => {
  return { standing: 'content', trust: 'nothing', ifExists, digests };
};
const earlier = (trust: Trust): Policy => {
  return { standing: 'earlier', trust, ifExists: 'error', digests: trust === 'content' };
};
const fresh: Policy = { standing: 'nothing', trust: 'nothing', ifExists: 'error', digests: false };

const folders: [title: string, there: Facts | undefined, policy: Policy, becomes: string][] = [
  ['nothing', undefined, content('error'), 'make'],
  ['a folder', folder, content('error'), 'keep'],
  ['a file, overwrite', file, content('overwrite'), 'replace'],
  ['a link, update', link, content('update'), 'replace'],
  ['a file, skip', file, content('skip'), 'skip'],
  ['a link, skip', link, content('skip'), 'LINK_IN_THE_WAY'],
  ['a file, error', file, content('error'), 'EEXIST'],
  ['a file, newer', file, content('newer'), 'EEXIST'],
  ['a link, newer', link, content('newer'), 'LINK_IN_THE_WAY'],
  ['what an earlier run made of a name that was a file', file, earlier('time'), 'replace'],
  ['something in a copy that was empty', folder, fresh, 'NAME_COLLISION'],
];

const entries: [
  title: string,
  kind: JobKind,
  there: Facts | undefined,
  isSame: boolean,
  Policy,
  becomes: string,
][] = [
  ['nothing', 'file', undefined, false, content('error'), 'make'],
  ['the same, overwrite', 'file', file, true, content('overwrite'), 'replace'],
  ['the same, update', 'file', file, true, content('update'), 'skip'],
  ['the same, update with digests', 'file', file, true, content('update', true), 'compare'],
  ['the same link, update with digests', 'link', link, true, content('update', true), 'skip'],
  ['another, update', 'file', file, false, content('update'), 'replace'],
  ['another, newer', 'file', file, false, content('newer'), 'replace'],
  ['the same, newer', 'file', file, true, content('newer'), 'skip'],
  ['a folder, newer', 'file', folder, false, content('newer'), 'EEXIST'],
  ['another, skip', 'file', file, false, content('skip'), 'skip'],
  ['another, error', 'file', file, false, content('error'), 'EEXIST'],
  ["an earlier run's, trusted", 'file', file, true, earlier('time'), 'skip'],
  [
    "an earlier run's, trusted after a look at its content",
    'file',
    file,
    true,
    earlier('content'),
    'compare',
  ],
  ["an earlier run's large file, likewise", 'begin', file, true, earlier('content'), 'compare'],
  ["an earlier run's hard link, likewise", 'hardLink', linked, true, earlier('content'), 'skip'],
  ["an earlier run's, not trusted", 'file', file, true, earlier('nothing'), 'replace'],
  ["an earlier run's, linked amiss", 'file', linked, true, earlier('time'), 'replace'],
  ['something in a copy that was empty', 'file', file, true, fresh, 'NAME_COLLISION'],
];

/** The decision, or the code of the failure. */
function outcome(decide: () => string): string {
  try {
    return decide();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('where there stands', () => {
  for (const [title, there, policy, becomes] of folders) {
    test(`${title}: a folder ends as ${becomes}`, () => {
      expect(outcome(() => decideFolder(there, policy))).toBe(becomes);
    });
  }

  for (const [title, kind, there, isSame, policy, becomes] of entries) {
    test(`${title}: an entry ends as ${becomes}`, () => {
      const look = { isUpToDate: () => isSame, hasSameRights: () => true, isOlder: () => !isSame };
      const facts = entry(kind === 'link' ? constants.S_IFLNK : constants.S_IFREG);
      expect(outcome(() => decideEntry({ kind, facts }, there, policy, look))).toBe(becomes);
    });
  }

  const otherRights: [
    title: string,
    kind: JobKind,
    there: Facts | undefined,
    digests: boolean,
    becomes: string,
  ][] = [
    ['a file', 'file', file, false, 'adjust'],
    ['a file whose digest is wanted', 'file', file, true, 'compare'],
    ['a file with several names', 'file', linked, false, 'replace'],
    ['a name of a file that was copied', 'hardLink', linked, false, 'skip'],
  ];
  for (const [title, kind, there, digests, becomes] of otherRights) {
    test(`${title}, the same but for its mode or owner: under update it ends as ${becomes}`, () => {
      const look = { isUpToDate: () => true, hasSameRights: () => false, isOlder: () => false };
      const policy = content('update', digests);
      expect(decideEntry({ kind, facts: entry(constants.S_IFREG) }, there, policy, look)).toBe(becomes);
    });
  }
});
