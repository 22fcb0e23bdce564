import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { commandCopy, wholeCopy } from '../helpers/copies.js';
import { isInstalled } from '../helpers/is-installed.js';
import { makeTree } from '../helpers/make-tree.js';
import { runCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { withoutKoffi } from '../helpers/without-koffi.js';

// A file server holds a write lease on what its clients have open: opening without waiting says EAGAIN meanwhile.
const holder = `
import fcntl, os, signal, sys, time
file = os.open(sys.argv[1], os.O_RDWR)
def give_up(*_):
    time.sleep(1)
    fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
signal.signal(signal.SIGIO, give_up)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
open(sys.argv[2], 'w').close()
while True: time.sleep(0.1)`;

async function held(path: string): Promise<void> {
  const sign = join(scratchFolder(), 'held');
  const child = spawn('python3', ['-c', holder, path, sign], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  while (!existsSync(sign)) {
    if (child.exitCode !== null) throw new Error('no lease could be had');
    await delay(5);
  }
}

const tree = () =>
  makeTree([
    { path: 'small', kind: 'file', content: 'small' },
    { path: 'other', kind: 'file', content: 'other' },
  ]);

const cases: [how: string, args: string[], env?: () => Record<string, string>][] = [
  ['it is tried again', []],
  ['it is tried once', ['--retries', '0']],
  ['in plain Node', [], withoutKoffi],
  ['links are followed', ['-L', '--verify']],
];
for (const [how, args, env] of cases) {
  test.skipIf(!isInstalled('python3'))(`a file that is leased is waited for, where ${how}`, async () => {
    const source = tree();
    await held(join(source, 'small'));
    const copy = await wholeCopy(source, args, { env: env?.() ?? {} });
    expect(readFileSync(join(copy, 'small'), 'utf8')).toBe('small');
  });
}

for (const side of ['source', 'copy'] as const) {
  test.skipIf(!isInstalled('python3'))(`--check --verify waits for a lease in the ${side}`, async () => {
    const source = tree();
    const { copy } = await commandCopy(source);
    await held(join(side === 'source' ? source : copy, 'small'));
    expect(await runCommand(['--check', '--verify', source, copy])).toMatchObject({ status: 0 });
  });
}
