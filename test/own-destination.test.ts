import { describe, expect, test } from 'vitest';
import { commandCopy } from './helpers/copies.js';
import { makeTree } from './helpers/make-tree.js';
import { namesIn, place, refusal } from './own-destination-place.js';

describe('by a link that is followed', () => {
  test('a new one: a failed entry, and all else is copied', async () => {
    const { source, copy } = place(true);
    const { status, stderr } = await commandCopy(source, ['-L'], { copy });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(refusal(`${source}/to/copy.partial`)),
    });
    expect(namesIn(copy)).toEqual(['file', 'to', 'to/other']);
  });

  test.each([['-L'], ['-L', '-n']])('one that stands: %s %s', async (...options) => {
    const { source, copy } = place(true);
    makeTree([{ path: 'file', kind: 'file', content: 'x' }], copy);
    const { status, stderr } = await commandCopy(source, options, { copy });
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^folder-copy: ${source}/to/copy: .* \\(EINVAL\\)$`, 'm'));
    expect(namesIn(copy)).not.toContain('to/copy');
  });

  test('one that is excluded is no matter', async () => {
    const { source, copy } = place(true);
    const { status } = await commandCopy(source, ['-L', '--exclude', '/to/copy.partial'], { copy });
    expect(status).toBe(0);
    expect(namesIn(copy)).toEqual(['file', 'to', 'to/other']);
  });
});
