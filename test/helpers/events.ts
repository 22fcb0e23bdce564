import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { CopyEvent, ProgressEvent } from '../../src/index.js';
import { fromRoot } from './project-root.js';

/** As it ships. */
export const eventSchema: EventSchema = JSON.parse(
  readFileSync(fromRoot('dist/lib/events.schema.json'), 'utf8'),
) as EventSchema;

interface EventSchema {
  $defs: Record<string, { properties?: Record<string, unknown>; required?: string[]; enum?: string[] }>;
}

const isEvent = new Ajv2020().compile<CopyEvent>(eventSchema);

/** Whether the schema takes it for an event. */
export function isValid(event: unknown): boolean {
  return isEvent(event);
}

/** What `--progress json` wrote: every line an event by the schema, or the test fails. */
export function eventsOf(stdout: string): CopyEvent[] {
  expect(stdout === '' || stdout.endsWith('\n')).toBe(true);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map(line => validated(JSON.parse(line)));
}

/** The event, if the schema takes it for one. */
export function validated(event: unknown): CopyEvent {
  if (isEvent(event)) return event;
  throw new Error(`${JSON.stringify(event)} is no event: ${JSON.stringify(isEvent.errors)}`);
}

export function ofType<T extends CopyEvent['type']>(
  events: readonly CopyEvent[],
  type: T,
): Extract<CopyEvent, { type: T }>[] {
  return events.filter((event): event is Extract<CopyEvent, { type: T }> => event.type === type);
}

/** It begins and ends as it should, and speaks once of every entry: listed = finished + skipped + failed + left. */
export function checkAccounts(events: readonly CopyEvent[]): void {
  expect(events[0]?.type).toBe('start');
  expect(events.at(-1)?.type).toBe('end');
  checkProgress(ofType(events, 'progress'));
  const listed = ofType(events, 'listed');
  const ends = ofType(events, 'end');
  expect([ofType(events, 'start').length, ends.length, listed.length <= 1]).toEqual([1, 1, true]);
  const [end] = ends;
  if (end === undefined) return;
  const settled = end.files + end.folders + end.skipped + end.failed;
  for (const { files, folders } of listed) expect(settled + end.left).toBe(files + folders);
  // A run that has come to its end has listed all, and left nothing.
  if (end.code === undefined) expect([listed.length, end.left]).toEqual([1, 0]);
  const told = ofType(events, 'file');
  const entries = [...told, ...ofType(events, 'error').filter(({ path, side }) => path !== '' && !side)];
  const paths = entries.map(({ path, pathBase64 }) => pathBase64 ?? path);
  expect(new Set(paths).size).toBe(settled);
  expect(paths.length).toBe(settled);
  expect(told.filter(({ how }) => how === 'skipped').length).toBe(end.skipped);
  expect(told.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(end.bytes);
  expect(ofType(events, 'deleted').length).toBe(end.deleted);
}

/** It never goes back, and is told twice a second at most. */
function checkProgress(told: readonly ProgressEvent[]): void {
  for (const [index, { files, folders, listedFiles, listedBytes, seconds }] of told.entries()) {
    const before = told[index - 1];
    if (before === undefined) continue;
    expect(files + folders).toBeGreaterThanOrEqual(before.files + before.folders);
    expect(listedFiles).toBeGreaterThanOrEqual(before.listedFiles);
    expect(listedBytes).toBeGreaterThanOrEqual(before.listedBytes);
    // A timer that is late once is early the next time.
    expect(seconds - before.seconds).toBeGreaterThan(0);
  }
}
