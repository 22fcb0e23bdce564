import { renameSync } from 'node:fs';
import { type BytePath, native, rawName, readable } from '../../files/byte-path.js';
import { type Facts, identityOf, inodeOf } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';
import { MARK_NAME, temporaryName } from '../../files/reserved-names.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import type { Trust } from '../../protocol/messages.js';
import { isAccepted } from '../../rules/keep.js';
import { refusal } from '../report/errors.js';
import type { CopySettings } from '../request/options.js';
import { makeOwnFile, readOwnFile } from './own-file.js';

/** What is known of the runs that worked on a `.partial` folder. It stays until the copy has its final name. */
export interface Mark {
  /** The folder's own inode: a copied mark does not count. Its device can have another number after a restart. */
  readonly folder: string;
  readonly source: { readonly path: BytePath; readonly id: string };
  /** The options that decide what a finished entry looks like. */
  readonly options: string;
  /** The boots of all runs that were not under `--fsync`. */
  readonly boots: readonly string[];
}

export function newMark(folder: Facts, sourcePath: BytePath, source: Facts, settings: CopySettings): Mark {
  return {
    folder: inodeOf(folder),
    source: { path: sourcePath, id: identityOf(source) },
    options: relevantOptions(settings),
    boots: [],
  };
}

/** The mark for a further run in this boot. */
export function markOfRun(mark: Mark, boot: string, settings: CopySettings): Mark {
  const boots = settings.fsync || mark.boots.includes(boot) ? mark.boots : [...mark.boots, boot];
  return { ...mark, options: relevantOptions(settings), boots };
}

/**
 * A file's time is set last, but a power cut can leave the time and lose the content: it is trusted only within the
 * boot that set it, or if it was set under `--fsync`.
 */
export function trustIn(mark: Mark, boot: string, settings: CopySettings): Trust {
  if (mark.options !== relevantOptions(settings)) return 'nothing';
  return settings.digests || mark.boots.some(other => other !== boot) ? 'content' : 'time';
}

export function isSameSource(mark: Mark, path: BytePath, source: Facts): boolean {
  return mark.source.path === path && mark.source.id === identityOf(source);
}

/**
 * @returns undefined where there is none, or it is another folder's
 * @throws {RefusedError} where that cannot be told
 */
export function readMark(root: BytePath, folder: Facts): Mark | undefined {
  let text: string;
  try {
    text = readOwnFile(native(`${root}/${MARK_NAME}`));
  } catch (error) {
    if (NO_MARK.has(codeOf(error) ?? '')) return undefined;
    throw refusal(readable(rawName(`${root}/${MARK_NAME}`)), 'cannot be read', error);
  }
  const mark = parseMark(text);
  return mark?.folder === inodeOf(folder) ? mark : undefined;
}

/** Nothing is there, or a folder, a link, a FIFO: none of our own making. */
const NO_MARK: ReadonlySet<string> = new Set(['ENOENT', 'EISDIR', 'ELOOP', 'EAGAIN', 'ENXIO']);

export function writeMark(root: BytePath, mark: Mark, runId: string): void {
  const temporary = native(`${root}/${temporaryName(runId)}`);
  try {
    makeOwnFile(temporary, `${JSON.stringify(mark)}\n`, { fsync: true });
    renameSync(temporary, native(`${root}/${MARK_NAME}`));
  } catch (error) {
    unlinkIfThere(temporary);
    throw error;
  }
}

/**
 * A run was killed right after the last rename: what it left is the mark of a copy that is complete. It says nothing any
 * more, so that it may stay where it is another user's.
 */
export function removeLeftMark(root: BytePath, folder: Facts): void {
  isAccepted(() => {
    if (readMark(root, folder) !== undefined) unlinkIfThere(native(`${root}/${MARK_NAME}`));
  });
}

function relevantOptions({ dereference, attributes, strict, reflink }: CopySettings): string {
  return JSON.stringify({ dereference, attributes, strict, reflink: reflink === 'always' });
}

function parseMark(text: string): Mark | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Cut short by a crash, or somebody else's file: either way not a mark.
    return undefined;
  }
  return isMark(value) ? value : undefined;
}

function isMark(value: unknown): value is Mark {
  if (typeof value !== 'object' || value === null) return false;
  const { folder, source, options, boots } = value as Partial<Record<keyof Mark, unknown>>;
  if (typeof folder !== 'string' || typeof options !== 'string' || !Array.isArray(boots)) return false;
  if (typeof source !== 'object' || source === null || !('path' in source) || !('id' in source)) return false;
  return typeof source.path === 'string' && typeof source.id === 'string';
}
