import { readdirSync, readFileSync } from 'node:fs';
import { fromRoot } from './project-root.js';

/** The manual's pages, as paths from the root. */
export const manualPages: readonly string[] = readdirSync(fromRoot('src/manual'))
  .filter(name => name.endsWith('.md'))
  .map(name => `src/manual/${name}`);

/** What users read and what ships. */
export const userDocuments: readonly string[] = ['README.md', 'CHANGELOG.md', ...manualPages];

/** All that is read by somebody who has the clone. */
export const documents: readonly string[] = [
  ...userDocuments,
  'src/README.md',
  'src/multiprocessing/README.md',
  'test/README.md',
  'test/bench/README.md',
];

export function readDocument(document: string): string {
  return readFileSync(fromRoot(document), 'utf8');
}

/** The texts of a document's examples in one language, in their order. */
export function examples(document: string, language: string): string[] {
  return [...readDocument(document).matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, body = '']) =>
    name === language ? [body] : [],
  );
}

/** The lines that are shown as commands: indented, outside of examples. */
export function commandLines(document: string): string[] {
  const lines = withoutExamples(readDocument(document)).matchAll(/^ {4}(.*)$/gm);
  return Array.from(lines, ([, line = '']) => line);
}

export interface Link {
  /** as it is written */
  readonly text: string;
  /** relative to the document's folder; empty for the document itself */
  readonly target: string;
  readonly heading: string | undefined;
}

/** The links that lead to files. */
export function linksOf(document: string): Link[] {
  const links = withoutCode(readDocument(document)).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g);
  return Array.from(links, ([text, target = '', heading]) => ({ text, target, heading }));
}

/** The anchors that GitHub makes of a document's headings. */
export function anchorsOf(text: string): string[] {
  const headings = withoutCode(text).matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What is read in one go: paragraphs, items of lists and cells of tables. */
export function paragraphsOf(text: string): string[] {
  return withoutCode(text)
    .replace(/^\|(.*)\|$/gm, (_, cells: string) => `\n${cells.replaceAll(' | ', '\n\n')}\n`)
    .replace(/^\s*(?:[*-]|\d+\.) /gm, '\n')
    .split(/\n\s*\n/)
    .map(paragraph => paragraph.trim())
    .filter(paragraph => paragraph !== '');
}

function withoutCode(text: string): string {
  return withoutExamples(text).replace(/^ {4}.*$/gm, '');
}

function withoutExamples(text: string): string {
  return text.replace(/^```.*?^```$/gms, '');
}
