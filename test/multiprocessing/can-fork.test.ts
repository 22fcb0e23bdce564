import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OLDEST_NODE, whyNotFork } from '../../src/multiprocessing/process/can-fork.js';
import { fromRoot } from '../helpers/project-root.js';

test('a program that is there can be forked', () => {
  expect(whyNotFork(import.meta.filename)).toBeUndefined();
});

test('one of its own that is not there is missed at once, in a sentence that says what to do', () => {
  expect(whyNotFork('/nowhere/entry.js')).toMatch(
    /^the file entry\.js of folder-copy is not in \/nowhere: if a bundler has moved it, keep the package external /,
  );
});

test('the oldest Node is the one that package.json names', () => {
  const { engines } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as {
    engines: { node: string };
  };
  expect(engines.node).toBe(`>=${OLDEST_NODE.join('.')}`);
});
