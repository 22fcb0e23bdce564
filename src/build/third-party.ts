import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licences of the packages whose files went into a bundle, as they want to be passed on.
 * @param files paths from `root`
 */
export function thirdPartyLicenses(root: string, files: Iterable<string>): string {
  const folders = new Set(Array.from(files).flatMap(file => packageFolder(file) ?? []));
  const licences = new Set(Array.from(folders, folder => licenceOf(join(root, folder))));
  return `${INTRODUCTION}\n${[...licences].toSorted().join('\n')}`;
}

const INTRODUCTION = 'The files beside this one hold parts of these packages.\n';

function packageFolder(file: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function licenceOf(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence in its package`);
  const text = readFileSync(join(folder, file), 'utf8').replace(/\r/g, '').trim();
  return `# ${name} ${version}\n\n${text}\n`;
}
