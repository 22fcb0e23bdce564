import type { Command } from 'commander';
import { UsageError } from '../copier/report/errors.js';
import { fleetAddress, isExposed } from '../copier/request/fleet-address.js';
import { DEFAULT_WORKERS } from '../copier/request/options.js';
import { absolute } from '../copier/request/paths.js';
import { bytePath, readable } from '../files/byte-path.js';
import type { ParsedOptions } from './arguments/command-options.js';
import type { Ending } from './ending/ending.js';
import { StopSignals } from './ending/signals.js';
import { exposedNotice } from './notices.js';
import { printLine } from './output/print-line.js';
import type { Surroundings } from './surroundings.js';
import { escapeText } from './text/escape.js';

/** Lends workers to a copy that another machine runs, until that is done. @throws {RefusedError} */
export async function join(program: Command, { output, ignored }: Surroundings): Promise<Ending> {
  const { join: url, root: roots = [], workers, bwlimit, quiet, verbose } = program.opts<ParsedOptions>();
  refuseOthers(program);
  const address = fleetAddress('join', url);
  if (roots.length === 0)
    throw new UsageError(
      'join needs root, a folder in which this machine may read and write; it can be repeated',
    );
  const say = (line: string) => {
    if (!quiet) printLine(`folder-copy: ${escapeText(line)}`);
  };
  if (isExposed(address)) printLine(exposedNotice(address.shown));
  const signals = new StopSignals(ignored, name => say(`${name}: finishing what has been begun`));
  signals.watch();
  try {
    const { joinFleet } = await import('../fleet/member/join.js');
    await joinFleet({
      address,
      roots: roots.map(root => absolute(bytePath(root))),
      workers: workers ?? DEFAULT_WORKERS,
      bwlimit,
      signal: AbortSignal.any([signals.signal, output.signal]),
      say,
      onEntry: verbose
        ? (how, path) => printLine(`${how} ${escapeText(readable(bytePath(Buffer.from(path, 'latin1'))))}`)
        : undefined,
    });
    return await output.end(0);
  } finally {
    signals.unwatch();
  }
}

/** What is copied, and how, is the other machine's affair. @throws {UsageError} */
function refuseOthers(program: Command): void {
  if (program.args.length > 0)
    throw new UsageError('join takes no folders: what is copied is said where the copy is run');
  for (const option of program.options) {
    const name = option.attributeName();
    if (OWN.has(name) || program.getOptionValueSource(name) !== 'cli') continue;
    throw new UsageError(`join cannot be used with ${option.long?.slice(2) ?? name}; leave one of them out`);
  }
}

const OWN: ReadonlySet<string> = new Set(['join', 'root', 'workers', 'bwlimit', 'quiet', 'verbose']);
