import { isLikelyCopy } from '../src/cli/arguments/is-likely-copy.js';
import { ignoreAsBefore } from '../src/cli/ending/ignored-signals.js';
import { lightenEngineLater } from '../src/light-engine.js';
import { whyNotFork } from '../src/multiprocessing/process/can-fork.js';
import { Spare } from '../src/multiprocessing/process/spare.js';
import { workerProcess } from '../src/worker/worker-process.js';

const ignored = ignoreAsBefore();
const worker = workerProcess();
const hindrance = whyNotFork(worker.program);
if (hindrance === undefined) start(process.argv.slice(2));
else refuse(hindrance);

function start(argv: readonly string[]): void {
  // The first worker starts while the rest of the command loads: a small copy takes little more than the two.
  const spare = isLikelyCopy(argv) ? new Spare(worker) : undefined;

  lightenEngineLater();

  // Warnings are for whoever works on this, not for whoever copies a folder.
  process.removeAllListeners('warning');

  void import('../src/cli/run.js').then(({ run }) => run(argv, ignored, spare));
}

/** Before anything else is loaded, which could fail here with other words. */
function refuse(reason: string): void {
  process.stderr.write(`folder-copy: ${reason}\n`);
  process.exitCode = 2;
}
