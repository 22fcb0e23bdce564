import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PROGRAMS } from './needs.js';
import { fromRoot } from './project-root.js';

test('.ci/run installs every program that a test may need', () => {
  const [, needed = ''] = /^needed=\(\n(.*?)^\)$/ms.exec(readFileSync(fromRoot('.ci/run'), 'utf8')) ?? [];
  const installed = needed
    .trim()
    .split(/\s+/)
    .map(pair => pair.split(':')[0]);
  expect(PROGRAMS.filter(program => !installed.includes(program))).toEqual([]);
});
