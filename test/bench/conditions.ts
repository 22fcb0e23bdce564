import { execFileSync } from 'node:child_process';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { projectRoot } from '../helpers/project-root.js';

/** What the figures depend on, in one line. */
export function conditions(rounds: number): string {
  const processors = cpus();
  const facts = [
    new Date().toISOString().slice(0, 10),
    `commit ${said('git', 'rev-parse', '--short', 'HEAD')}`,
    `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Linux ${release()}`,
    `Node ${process.version}`,
    said('rsync', '--version').split(/\s+protocol/)[0],
    said('cp', '--version').split('\n')[0],
    `disk: ${said('stat', '-f', '-c', '%T', process.env.BENCH_DISK ?? tmpdir())}`,
    `${rounds} rounds`,
  ];
  return `${facts.join(', ')}.`;
}

function said(program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: projectRoot, encoding: 'utf8' }).trim();
}
