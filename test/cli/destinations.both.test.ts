import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { partOf } from '../helpers/part-of.js';
import { runCommand } from '../helpers/run-command.js';
import { scene } from './destination-scene.js';

// Read: these words make this folder, whose content is `photos`.
const copies: [title: string, args: string[], destination: string, cwd?: string][] = [
  ['beside the source', ['photos'], 'photos[副本]'],
  ['beside the source, a trailing dot aside', ['photos/.'], 'photos[副本]'],
  ['beside the folder above', ['..'], 'photos[副本]', 'photos/2024'],
  ['beside a link that is the source', ['to-photos'], 'to-photos[副本]'],
  ['under the suffix asked for', ['--suffix', '.bak', 'photos'], 'photos.bak'],
  ['where it is told, the suffix unused', ['photos', 'kept', '--suffix', '.bak'], 'kept'],
  ["under a name that begins with the source's", ['photos', 'photos-dest'], 'photos-dest'],
  ["under a name that the source's begins with", ['photos', 'phot'], 'phot'],
  ['under parents that do not exist yet', ['photos', 'new/and/newer/copy'], 'new/and/newer/copy'],
  ['in a folder behind a link', ['photos', 'to-standing'], 'standing'],
  ['from a source whose name is an option elsewhere', ['completion', 'zsh'], 'zsh'],
  ['from a source whose name begins with a dash', ['--', '-photos'], '-photos[副本]'],
  ['beside the source, a trailing slash aside', ['photos/'], 'photos[副本]'],
  ['beside the source, several of them aside', ['photos///'], 'photos[副本]'],
  ['beside the source, wherever that is', ['far/away'], 'far/away[副本]'],
  ['beside the folder it runs in', ['.'], 'photos[副本]', 'photos'],
  ['beside a link that leads far away', ['to-away/'], 'to-away[副本]'],
  ['under a suffix that looks like an option', ['photos', '--suffix=-w'], 'photos-w'],
  ['beside its own parent', ['far/away', 'away'], 'away'],
  ['in a folder that stands there empty, not below it', ['photos', 'standing'], 'standing'],
  ['under a path with dots and slashes', ['photos', './standing/..//new/'], 'new'],
  ['from a source whose name is a subcommand elsewhere', ['help'], 'help[副本]'],
  ['from a source with a blank in its name', ['a b', 'b c'], 'b c'],
  ['with options behind the folders', ['photos', 'copy', '-w', '1', '--chunk-size', '1K'], 'copy'],
];

for (const [title, args, destination, cwd = '.'] of partOf(copies, 12)) {
  test(`puts the copy ${title}: ${args.join(' ')}`, async () => {
    const place = makeTree(scene);
    const result = await runCommand(args, { cwd: join(place, cwd) });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(join(place, 'photos'), join(place, destination), { times: false })).toEqual([]);
    const made = destination.split('/')[0] ?? '';
    const expected = new Set([...scene.map(({ path }) => String(path).split('/')[0]), made]);
    expect(readdirSync(place).toSorted()).toEqual([...expected].toSorted());
  });
}
