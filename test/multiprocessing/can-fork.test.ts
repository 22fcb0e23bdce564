import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OLDEST_NODE, whyNotFork } from '../../src/multiprocessing/can-fork.js';
import { Forked } from '../../src/multiprocessing/forked.js';
import { fromRoot } from '../helpers/project-root.js';

test('a program that is there can be forked', () => {
  expect(whyNotFork(import.meta.filename)).toBeUndefined();
});

test('one that is not there is missed at once, in a sentence that says what to do', () => {
  const kind = {
    isBound: true,
    isWatched: false,
    isSingle: false,
    process: { program: '/nowhere/entry.js' },
  };
  const handlers = { onMessage: () => {}, onEnd: () => {} };
  const words =
    'the file entry.js of folder-copy is not in /nowhere: if a bundler has moved it, keep the package external';
  expect(() => new Forked(kind, handlers)).toThrow(words);
});

test('the oldest Node is the one that package.json names', () => {
  const { engines } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as {
    engines: { node: string };
  };
  expect(engines.node).toBe(`>=${OLDEST_NODE.join('.')}`);
});
