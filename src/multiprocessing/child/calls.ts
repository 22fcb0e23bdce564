import type { Call } from '../messages.js';
import type { AttachedQueues } from './attached-queues.js';
import { Functions, type LoadedFunction, type OwnTasks } from './functions.js';
import { RemoteEnds } from './remote-ends.js';

/** What this process needs to run the calls that its parent sends: functions, and arguments with queues in them. */
export class Calls {
  readonly queues = new RemoteEnds();
  readonly #functions: Functions;
  #attached: AttachedQueues | undefined;

  constructor(own: OwnTasks) {
    this.#functions = new Functions(own);
  }

  functionOf(call: Call): LoadedFunction | Promise<LoadedFunction> {
    return this.#functions.of(call.task);
  }

  /** A promise only where queues are among them and their code is not loaded yet. */
  argumentsOf(call: Call): readonly unknown[] | Promise<readonly unknown[]> {
    if (call.queues === undefined) return call.args;
    return this.#attached?.attach(call) ?? this.#loadAndAttach(call);
  }

  async #loadAndAttach(call: Call): Promise<readonly unknown[]> {
    const { AttachedQueues } = await import('./attached-queues.js');
    this.#attached ??= new AttachedQueues(this.queues);
    return this.#attached.attach(call);
  }

  /** Run a call without a report. */
  async run(call: Call): Promise<unknown> {
    const run = await this.functionOf(call);
    return run(...(await this.argumentsOf(call)));
  }
}
