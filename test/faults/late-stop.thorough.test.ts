import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { fromRoot } from '../helpers/project-root.js';
import { until } from '../helpers/running.js';
import { command, quoted, runWithFaults } from './run-shell.js';
import { stoppedAtRoot } from './stopped-at-root.js';

describe('once the copy has its last name it is too late to stop', needs('strace'), () => {
  test('a signal: the command says that it is stopping, finishes the root and ends as if it had not come', async () => {
    const { source, destination } = makePlaces();
    const said = join(dirname(source), 'said');
    const line = `${command} ${quoted(source)} ${quoted(destination)} 2> ${quoted(said)}`;
    const { run, goOn } = await stoppedAtRoot(line);
    const claim = join(destination, '.folder-copy.claim');
    const { pid } = JSON.parse(readFileSync(claim, 'utf8')) as { pid: number };
    process.kill(pid, 'SIGTERM');
    await until('it has heard of the signal', () => readFileSync(said, 'utf8') !== '');
    goOn();
    expect(await run).toMatchObject({ status: 0 });
    expect(readFileSync(said, 'utf8')).toBe('folder-copy: SIGTERM: stopping\n');
    expectWhole(source, destination);
  });

  test('the library resolves', async () => {
    const { source, destination } = makePlaces();
    const program = `
      import { existsSync, writeFileSync } from 'node:fs';
      import { copyFolder } from ${JSON.stringify(fromRoot('dist/lib/index.js'))};
      const [source, destination, aborted] = process.argv.slice(1);
      const stop = new AbortController();
      const look = setInterval(() => {
        if (!existsSync(destination)) return;
        stop.abort();
        writeFileSync(aborted, '');
      }, 5);
      const { status } = await copyFolder(source, destination, { signal: stop.signal });
      clearInterval(look);
      console.log(stop.signal.aborted, status);`;
    const node = `${quoted(process.execPath)} --input-type=module -e ${quoted(program)}`;
    const aborted = join(dirname(source), 'aborted');
    const { run, goOn } = await stoppedAtRoot(
      [node, ...[source, destination, aborted].map(quoted)].join(' '),
    );
    await until('it is aborted', () => existsSync(aborted));
    goOn();
    expect(await run).toMatchObject({ status: 0, stdout: 'true 0\n', stderr: '' });
    expectWhole(source, destination);
  });

  test('--fail-fast, where the root alone fails: it is told of, and nothing else', async () => {
    const { source, destination } = makePlaces();
    const fault = ['utimensat:error=ENODEV:when=2'];
    const run = await runWithFaults(fault, [], ['--fail-fast', source, destination]);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/^folder-copy: [^\n]*\(ENODEV\)\n$/);
    expect(readdirSync(destination)).toEqual(['a']);
  });
});

function makePlaces(): { source: string; destination: string } {
  // Its owner may do all in it while the claim lies there: that has to be taken back.
  const source = makeTree([
    { path: 'a', kind: 'file', content: 'x' },
    { path: '.', kind: 'folder', mode: '555' },
  ]);
  return { source, destination: join(dirname(source), 'copy') };
}

function expectWhole(source: string, destination: string): void {
  expect(compareTrees(source, destination)).toEqual([]);
  expect(existsSync(`${destination}.partial`)).toBe(false);
}
