/** What a `Queue` stands on: the queue itself in the process that made it, a line to it in any other. */
export interface QueueEnd<T> {
  /** @param timeoutMs undefined: wait as long as it takes */
  put(item: T, timeoutMs: number | undefined): Promise<void>;
  putNowait(item: T): Promise<void>;
  get(timeoutMs: number | undefined): Promise<T>;
  getNowait(): Promise<T>;
  size(): Promise<QueueSize>;
  close(): Promise<void>;
}

export interface QueueSize {
  readonly size: number;
  readonly full: boolean;
}

export const CLOSED_FOR_PUT = 'put: the queue has been closed';
export const CLOSED_FOR_GET = 'get: the queue has been closed and is empty';

export function fullMessage(timeoutMs: number | undefined): string {
  return timeoutMs === undefined ? 'the queue is full' : `the queue stayed full for ${timeoutMs} ms`;
}

export function emptyMessage(timeoutMs: number | undefined): string {
  return timeoutMs === undefined ? 'the queue is empty' : `the queue stayed empty for ${timeoutMs} ms`;
}
