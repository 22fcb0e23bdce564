import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandCopy, wholeCopy } from '../helpers/copies.js';
import { runCommand } from '../helpers/run-command.js';
import { withoutKoffi } from '../helpers/without-koffi.js';
import { lease, leasedTree } from './leased-tree.js';

const cases: [how: string, args: string[], env?: () => Record<string, string>][] = [
  ['it is tried once', ['--retries', '0']],
  ['in plain Node', [], withoutKoffi],
  ['links are followed', ['-L', '--verify']],
];
for (const [how, args, env] of cases) {
  test(`a file that is leased is waited for, where ${how}`, async () => {
    const source = leasedTree();
    await lease(join(source, 'small'));
    const copy = await wholeCopy(source, args, { env: env?.() ?? {} });
    expect(readFileSync(join(copy, 'small'), 'utf8')).toBe('small');
  });
}

for (const side of ['source', 'copy'] as const) {
  test(`--check --verify waits for a lease in the ${side}`, async () => {
    const source = leasedTree();
    const { copy } = await commandCopy(source);
    await lease(join(side === 'source' ? source : copy, 'small'));
    expect(await runCommand(['--check', '--verify', source, copy])).toMatchObject({ status: 0 });
  });
}
