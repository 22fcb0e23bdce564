import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledPackage } from './bundled-packages.js';

/** The licences of the bundled packages, as they want to be passed on. */
export function thirdPartyLicenses(packages: readonly BundledPackage[]): string {
  return `${INTRODUCTION}\n${packages.map(licenceOf).join('\n')}`;
}

const INTRODUCTION = 'The files beside this one hold parts of these packages.\n';

function licenceOf({ name, version, folder }: BundledPackage): string {
  const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence in its package`);
  const text = readFileSync(join(folder, file), 'utf8').replace(/\r/g, '').trim();
  return `# ${name} ${version}\n\n${text}\n`;
}
