/** Where everything of the fleets stands in Redis: who may use it needs no more than this prefix. */
export const PREFIX = '{folder-copy}';

/** The ids of the runs that have begun and have not cleaned up. */
export const RUNS_KEY = `${PREFIX}:runs`;

export interface RunKeys {
  /** Holds the run's term as long as it lives. */
  readonly run: string;
  /** What a member has to know to join. */
  readonly offer: string;
  /** What members say of themselves. */
  readonly hellos: string;
  /** The members, each with the moment of its last question. */
  readonly members: string;
  readonly answers: string;
  /** What the run says to one member. */
  letters(member: string): string;
}

export function keysOf(runId: string): RunKeys {
  const at = (name: string) => `${PREFIX}:${runId}:${name}`;
  return {
    run: at('run'),
    offer: at('offer'),
    hellos: at('hellos'),
    members: at('members'),
    answers: at('answers'),
    letters: member => at(`letters:${member}`),
  };
}

/** The queue of a run's term: whoever works for an earlier term finds nothing in it. */
export function queueName(runId: string, term: string): string {
  return `${runId}.${term}`;
}

/** What all keys of a run look like. */
export function patternOf(runId: string): string {
  return `${PREFIX}:${runId}[.:]*`;
}

/** Whether it can be the id of a run, or of a term: it comes out of Redis, where others may write. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

/** What the run's key holds once the run has come to its end. */
export const ENDED = 'ended';
