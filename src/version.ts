import { readFileSync } from 'node:fs';

/** The package's version: what ships has it built in, and nothing to read. */
export const version = typeof PACKAGE_VERSION === 'string' ? PACKAGE_VERSION : readVersion();

/** Defined by the build of what ships. */
declare const PACKAGE_VERSION: string | undefined;

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  throw new Error('package.json names no version');
}
