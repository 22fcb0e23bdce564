import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyWhile, size } from './changing-file.js';
import { toldCopy } from './helpers/copies.js';
import { makeTree } from './helpers/make-tree.js';

/** Over what is there, so that it never is shorter. */
function overwrite(path: string, content: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, content);
  closeSync(file);
}

describe('a file that changes while it is read', () => {
  for (const existing of [false, true]) {
    const where = existing ? 'the old one stays' : 'nothing is left of it';
    // A writer that is kept from the processor within its one write has set the times before: nothing shows that.
    test(`all the time is CHANGED, never stored torn: ${where}`, { retry: 2 }, async () => {
      const { copy, status, stderr, source } = await copyWhile((path, times) => {
        // The same size, and only letters of one kind at any moment.
        overwrite(path, Buffer.alloc(size, 97 + (times % 26)));
      }, existing);
      const path = join(copy, 'x');
      if (status === 0) {
        // It held still for long enough: then it is whole, one of the states that it had.
        const content = readFileSync(path);
        expect(content.length).toBe(size);
        expect(new Set(content).size).toBe(1);
      } else {
        expect(stderr).toBe(`folder-copy: ${source}/x: it changed while it was read (CHANGED)\n`);
        expect(existsSync(path) ? readFileSync(path, 'utf8') : 'none').toBe(existing ? 'old' : 'none');
      }
      expect(readFileSync(join(copy, 'other'), 'utf8')).toBe('whole');
    });
  }
});

test('a folder that vanishes while the tree is listed is a failed entry, and the rest is copied', async () => {
  const source = makeTree([
    { path: 'a/x', kind: 'file', content: 'x' },
    { path: 'b/x', kind: 'file', content: 'x' },
    { path: 'c/x', kind: 'file', content: 'x' },
  ]);
  let gone: string | undefined;
  const { copyFolder } = await import('../src/index.js');
  const events: string[] = [];
  // The listing reads the root as a whole before it enters its first subfolder; `start` comes before all.
  await toldCopy(source, {}, join(dirname(source), 'first'));
  const promise = copyFolder(source, join(dirname(source), 'copy'), {
    onEvent: event => {
      if (event.type !== 'start')
        return void events.push(`${event.type} ${'path' in event ? event.path : ''}`);
      gone = 'b';
      rmSync(join(source, 'b'), { recursive: true });
    },
  });
  await promise.catch(() => {});
  expect(gone).toBe('b');
  expect(events.filter(event => event.includes('/x')).sort()).toEqual(['file a/x', 'file c/x']);
});
