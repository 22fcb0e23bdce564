import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CopyEvent, copyFolder } from '../../../src/index.js';
import { joinBytes } from '../../helpers/bytes.js';
import { compareTrees } from '../../helpers/compare-trees.js';
import { validated } from '../../helpers/events.js';
import { makeTree } from '../../helpers/make-tree.js';
import { namesIn, run, scene } from './exact-words-scene.js';

describe('bytes that are no UTF-8 in', () => {
  test('both of a copy that is stopped and goes on', () => {
    const place = makeTree(scene);
    const stopped = String.raw`"$node" "$command" -q --bwlimit 1 $'caf\xe9' $'copy\xe9' &
until [ -e $'copy\xe9.partial/a' ]; do sleep 0.05; done; kill -TERM $!; wait $!`;
    expect(run(place, stopped).status).toBe(143);
    expect(namesIn(place)).toContain('copy\xe9.partial');
    const foreign = run(place, String.raw`folder-copy plain $'copy\xe9'`);
    expect(foreign.status).toBe(2);
    expect(foreign.stderr).toMatch(
      /copy\\xe9\.partial: is an unfinished copy of .*\/caf\\xe9; finish that copy, or remove it/,
    );
    const again = run(place, String.raw`folder-copy -q $'caf\xe9' $'copy\xe9'`);
    expect(again).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(namesIn(place)).toContain('copy\xe9');
    expect(namesIn(place)).not.toContain('copy\xe9.partial');
  });
});

test('messages and summary show such bytes escaped', () => {
  const place = makeTree(scene);
  const missing = run(place, String.raw`folder-copy $'no\xe9' copy`);
  expect(missing).toMatchObject({ status: 2, stdout: '' });
  expect(missing.stderr).toMatch(/^folder-copy: no\\xe9: .* \(ENOENT\)\n$/);
  const itself = run(place, String.raw`folder-copy $'caf\xe9' $'./caf\xe9'`);
  expect(itself.stderr).toBe(
    'folder-copy: ./caf\\xe9: is the source itself; name another destination (EINVAL)\n',
  );
  const unknown = run(place, String.raw`folder-copy --caf$'\xe9' plain`);
  expect(unknown.stderr).toMatch(/^folder-copy: unknown option '--caf\\xe9'/);
  const copied = run(place, String.raw`folder-copy -v $'caf\xe9' $'copy\xe9'`);
  expect(copied.stdout).toMatch(/ -> .*\/copy\\xe9\n$/);
  expect(copied.stderr).toMatch(/ caf\\xe9\/a\/menu\n/);
});

for (const option of ['--suffix <text>', '--include <glob>', '--exclude <glob>']) {
  test(`${option} takes text, and refuses what is no UTF-8`, () => {
    const [word = ''] = option.split(' ');
    const { status, stderr } = run(makeTree(scene), String.raw`folder-copy ${word} $'\xe9' plain`);
    expect(status).toBe(2);
    expect(stderr).toContain(`folder-copy: option '${option}' argument '\\xe9' is invalid. It takes text`);
  });
}

test('the library takes Buffers, and tells of them in Base64', async () => {
  const place = makeTree(scene);
  const events: CopyEvent[] = [];
  const source = joinBytes(place, Buffer.from('caf\xe9', 'latin1'));
  const destination = joinBytes(place, Buffer.from('copy\xe9', 'latin1'));
  const report = await copyFolder(source, destination, { onEvent: event => events.push(validated(event)) });
  const places = {
    destination: `${place}/copy\ufffd`,
    destinationBase64: destination.toString('base64'),
  };
  expect(report).toMatchObject({ status: 0, files: 1, folders: 1, ...places });
  expect(events[0]).toMatchObject({
    type: 'start',
    source: `${place}/caf\ufffd`,
    sourceBase64: source.toString('base64'),
    ...places,
  });
  await copyFolder(destination, join(place, 'back'));
  expect(compareTrees(join(place, 'plain/a'), join(place, 'back/a'), { times: false })).toEqual([]);
  expect(existsSync(join(place, 'back/other'))).toBe(false);
});
