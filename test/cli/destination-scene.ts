import type { TreeEntry } from '../helpers/tree-description.js';

const photos: TreeEntry[] = [
  { kind: 'file', path: '2024/a.jpg', content: 'a' },
  { kind: 'file', path: '.hidden', content: 'b' },
  { kind: 'folder', path: 'empty', mode: '555' },
  { kind: 'link', path: 'latest', target: '2024/a.jpg' },
];

/** `photos` under several names, folders and links to put copies into. */
export const scene: TreeEntry[] = [
  ...['photos', 'help', 'completion', '-photos', 'a b', 'far/away'].flatMap(folder =>
    photos.map(entry => ({ ...entry, path: `${folder}/${String(entry.path)}` })),
  ),
  { kind: 'folder', path: 'standing' },
  { kind: 'link', path: 'to-photos', target: 'photos' },
  { kind: 'link', path: 'to-away', target: 'far/away' },
  { kind: 'link', path: 'to-standing', target: 'standing' },
];
