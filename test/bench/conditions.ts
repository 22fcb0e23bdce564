import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { projectRoot } from '../helpers/project-root.js';
import { diskFolder } from './place.js';

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
    `disk: ${process.getuid?.() === 0 ? 'ext4 in a file on ' : ''}${said('findmnt', '-no', 'FSTYPE', '-T', diskFolder)}`,
    'without NODE_EXTRA_CA_CERTS',
    `${rounds} rounds`,
    `load at the start ${loadavg()[0]?.toFixed(1)}`,
  ];
  return `${facts.join(', ')}.`;
}

function said(program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: projectRoot, encoding: 'utf8' }).trim();
}
