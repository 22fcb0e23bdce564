import { isLeftOut } from '../copier/report/event-sink.js';
import type {
  CopyEvent,
  ErrorEvent,
  FileEvent,
  MemberEvent,
  NotKeptCounts,
} from '../copier/report/events.js';
import type { How } from '../protocol/messages.js';
import { count } from '../units.js';
import { escapeText, shownDestination, shownPath } from './text/escape.js';

/**
 * Makes lines for standard error of events. Quiet: of failures. Usual: also of entries that were skipped without being
 * asked for. Verbose: of all entries, copied or deleted.
 */
export class Notices {
  readonly #level: NoticeLevel;
  readonly #verbs: Verbs;
  /** As they were typed; messages name entries from there. */
  readonly #source: string;
  #destination: string | undefined;

  constructor(level: NoticeLevel, isDry: boolean, source: string, destination: string | undefined) {
    this.#level = level;
    this.#verbs = isDry ? WOULD_BE_DONE : DONE;
    this.#source = escapeText(source);
    this.#destination = destination === undefined ? undefined : escapeText(destination);
  }

  of(event: CopyEvent): string | undefined {
    switch (event.type) {
      case 'start':
        this.#destination ??= shownDestination(event);
        return undefined;
      case 'error':
        return `folder-copy: ${this.#place(event)}: ${escapeText(event.message)} (${event.code})`;
      case 'file':
        return this.#level === 'verbose' || (this.#level === 'usual' && isLeftOut(event))
          ? `${this.#verbs[event.how]} ${this.#place(event)}`
          : undefined;
      case 'member':
        return memberNotice(event, this.#level === 'verbose');
      case 'deleted':
        return this.#level === 'verbose' ? `${this.#verbs.deleted} ${shownPath(event)}` : undefined;
      default:
        return undefined;
    }
  }

  #place(event: FileEvent | ErrorEvent): string {
    const path = shownPath(event);
    const isThere = event.type === 'error' && event.side === 'destination';
    const root = (isThere ? this.#destination : undefined) ?? this.#source;
    return path === '' ? root : `${root.replace(/\/+$/, '')}/${path}`;
  }
}

type NoticeLevel = 'quiet' | 'usual' | 'verbose';

type Verbs = Readonly<Record<How | 'deleted', string>>;

const DONE: Verbs = {
  streamed: 'streamed',
  cloned: 'cloned',
  linked: 'linked',
  made: 'made',
  kept: 'kept',
  adjusted: 'adjusted',
  skipped: 'skipped',
  deleted: 'deleted',
};

const WOULD_BE_DONE: Verbs = {
  streamed: 'would copy',
  cloned: 'would copy',
  linked: 'would link',
  made: 'would make',
  kept: 'would keep',
  adjusted: 'would adjust',
  skipped: 'would skip',
  deleted: 'would delete',
};

/** For a user who is not root, once a run: what they cannot help. @returns undefined where there is nothing to say */
export function ownersNotice({ owner = 0 }: NotKeptCounts): string | undefined {
  if (owner === 0 || process.geteuid?.() === 0) return undefined;
  const whose = `the owner or group of ${count(owner, 'entry', 'entries')}`;
  return `folder-copy: ${whose} was not kept, as only root can do that; -q leaves this line out`;
}

/** Of another machine's part in a run. */
function memberNotice({ name, workers, state, reason }: MemberEvent, isVerbose: boolean): string | undefined {
  const isTrouble = state === 'refused' || state === 'lost';
  if (!isTrouble && !isVerbose) return undefined;
  const why = reason === undefined ? '' : `: ${escapeText(reason)}`;
  return `folder-copy: member ${escapeText(name)} (${count(workers, 'worker')}) ${state}${why}`;
}

/** Where what machines say to each other goes over a network as it is. */
export function exposedNotice(address: string): string {
  return `folder-copy: ${escapeText(address)} is reached without encryption: others on the network can read along and change what is said; rediss:// protects it`;
}

/** For a run that goes on with fewer workers than it was to have. */
export function fewerWorkersNotice({ message }: Error): string {
  return `folder-copy: continuing with fewer workers: ${escapeText(message)}`;
}
