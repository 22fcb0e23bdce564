import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { fromRoot } from './helpers/project-root.js';

const page = fromRoot('dist/lib/folder-copy.1');

test('is the one that package.json names', () => {
  const { man } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { man: unknown };
  expect(man).toEqual([relative(fromRoot(), page)]); // npm links no page where it is not an array
});
