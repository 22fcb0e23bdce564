import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTree } from '../helpers/make-tree.js';
import { canTrace, tracedCopy } from '../helpers/traced-copy.js';

const traced = ['-e', 'trace=fdatasync,fsync,utimensat,rename,renameat,renameat2,pwrite64,pwritev'];

/** The names of the calls on what has this name, in their order; both that write are one. */
function callsOn(calls: readonly string[], path: string): string[] {
  return calls
    .filter(call => call.includes(`<${path}>`))
    .map(call => (/^\d+ +(\w+)\(/.exec(call)?.[1] ?? call).replace(/^pwrite(64|v)$/, 'pwrite'));
}

describe.skipIf(!canTrace)('--fsync', () => {
  test('sees the content to the disk, then sets the time, then syncs that, the folder and the last rename', async () => {
    const source = makeTree([{ path: 'folder/x', kind: 'file', content: 'content' }]);
    const copy = join(source, '../copy');
    const args = ['--fsync', '--reflink', 'never'];
    const { status, calls } = await tracedCopy(traced, args, source, copy);
    expect(status).toBe(0);
    const on = (path: string) => callsOn(calls, path);
    expect(on(`${copy}.partial/folder/x`)).toEqual(['pwrite', 'fdatasync', 'utimensat', 'fsync']);
    expect(on(`${copy}.partial/folder`)).toContain('fsync');
    expect(on(`${copy}.partial`)).toContain('fsync');
    const renamed = calls.findIndex(call => call.includes('rename') && call.includes(`"${copy}"`));
    const parent = calls.findIndex((call, at) => at > renamed && call.includes(`<${join(copy, '..')}>`));
    expect(renamed).toBeGreaterThan(0);
    expect(calls[parent]).toContain('fsync');
  });

  test('syncs before the rename over a file that stands there', async () => {
    const source = makeTree([{ path: 'x', kind: 'file', content: 'content' }]);
    const copy = makeTree([{ path: 'x', kind: 'file', content: 'old' }], join(source, '../copy'));
    const { status, calls } = await tracedCopy(traced, ['--fsync', '--reflink', 'never'], source, copy);
    expect(status).toBe(0);
    const renamed = calls.findIndex(call => call.includes('rename') && /\/x"\)? /.test(call));
    const before = calls.slice(0, renamed).filter(call => call.includes('/.folder-copy.'));
    expect(before.at(-1)).toContain('fsync');
    expect(calls.slice(renamed).some(call => call.includes('fsync') && call.includes(`<${copy}>`))).toBe(
      true,
    );
  });

  test('left out, nothing of the copy is synced', async () => {
    const source = makeTree([{ path: 'folder/x', kind: 'file', content: 'content' }]);
    const { calls } = await tracedCopy(traced, [], source);
    expect(calls.filter(call => call.includes('sync') && call.includes('.partial/folder'))).toEqual([]);
  });
});
