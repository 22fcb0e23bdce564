import { statSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { isBegun } from '../../copier/claim/work-folder.js';
import { checkPlaces, type Places } from '../../copier/request/places.js';
import { type BytePath, readable } from '../../files/byte-path.js';
import type { IfExists } from '../../protocol/messages.js';
import type { ParsedOptions } from '../arguments/command-options.js';
import type { Ending } from '../ending/ending.js';
import { escapeText } from '../text/escape.js';
import { completeFolder, expandHome } from './complete-folder.js';
import { Prompt, PromptEnded } from './prompt.js';
import { unquoted } from './unquoted.js';

/**
 * Asks at the terminal for the folder to copy, and again before it is merged into an existing destination.
 * @throws {RefusedError} where the folder cannot be copied to where its copy belongs
 */
export async function askForSource(options: ParsedOptions): Promise<Asked> {
  const prompt = new Prompt();
  try {
    const source = await askFolder(prompt);
    const places = checkPlaces(source, undefined, options);
    if (places.exists && !options.dryRun && !(await mayMerge(prompt, source, places, options))) {
      prompt.say('folder-copy: nothing was copied');
      return { kind: 'ended', ending: NOTHING_COPIED };
    }
    if (!places.exists && isBegun(places)) {
      prompt.say(`resuming the unfinished copy ${shown(places.partialRoot)}`);
    }
    return { kind: 'source', source };
  } catch (error) {
    if (error instanceof PromptEnded) return { kind: 'ended', ending: error.ending };
    throw error;
  } finally {
    prompt.close();
  }
}

export type Asked =
  | { readonly kind: 'source'; readonly source: string }
  /** Nothing is to be copied. */
  | { readonly kind: 'ended'; readonly ending: Ending };

/** As for any other refusal. */
const NOTHING_COPIED = 2;

async function askFolder(prompt: Prompt): Promise<string> {
  for (;;) {
    const answer = await prompt.ask('Folder to copy: ', completeFolder);
    if (answer.trim() === '') continue;
    const found = [answer, unquoted(answer)].map(expandHome).find(isFolder);
    if (found !== undefined) return found;
    prompt.say(`${escapeText(answer)}: no such folder`);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function mayMerge(
  prompt: Prompt,
  source: string,
  { destination }: Places,
  options: ParsedOptions,
): Promise<boolean> {
  const deleting = options.delete ? `, deleting what ${escapeText(source)} does not have` : '';
  const how = `${MERGING[options.ifExists]}${deleting}`;
  const answer = await prompt.ask(`${shown(destination)} exists. Merge into it${how}? [y/N] `);
  return /^\s*y(es)?\s*$/i.test(answer);
}

const MERGING: Readonly<Record<IfExists, string>> = {
  overwrite: ', replacing files of the same name',
  update: ', replacing files that differ',
  newer: ', replacing files that are older',
  skip: ', keeping the files that it has',
  error: ', failing for files that it has',
};

/** Paths below the working folder are shown relative to it. */
function shown(path: BytePath): string {
  const text = readable(path);
  const below = relative('', text);
  return escapeText(below.startsWith('..') || isAbsolute(below) ? text : below);
}
