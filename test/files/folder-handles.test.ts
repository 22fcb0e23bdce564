import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bytePath, rawName } from '../../src/files/byte-path.js';
import { openFolderHandles } from '../../src/files/trees/folder-handles.js';
import { makeTree } from '../helpers/make-tree.js';

test('a folder that is held can be used until it is let go, whatever is opened or closed meanwhile', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const root = makeTree(names.map(name => ({ path: `${name}/in ${name}`, kind: 'file', content: '' })));
  const handles = openFolderHandles(bytePath(root), { mostOpen: 2 });
  const held = handles.hold(rawName('a'));
  const again = handles.hold(rawName('a'));
  for (const name of names.slice(1)) expect(readdirSync(handles.at(rawName(name)))).toEqual([`in ${name}`]);
  handles.close();
  again.letGo();
  expect(readdirSync(held.prefix)).toEqual(['in a']);
  held.letGo();
  if (process.platform === 'linux') expect(() => readdirSync(held.prefix)).toThrow(/ENOENT/);
});
