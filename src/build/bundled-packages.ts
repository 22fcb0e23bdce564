import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The packages that files came from, each version once. @param files paths from `root` */
export function bundledPackages(root: string, files: Iterable<string>): BundledPackage[] {
  const lock = readJson<Lock>(join(root, 'package-lock.json'));
  const folders = new Set(Array.from(files).flatMap(file => packageFolder(file) ?? []));
  const packages = Array.from(folders, folder => {
    const { name, version, license } = readJson<Manifest>(join(root, folder, 'package.json'));
    // The folder of the packages may be a link to another checkout's.
    const integrity = lock.packages[folder.slice(folder.indexOf('node_modules/'))]?.integrity;
    if (integrity === undefined) throw new Error(`${folder} is not in package-lock.json`);
    return { name, version, license, folder: join(root, folder), integrity };
  });
  const versions = new Map(packages.map(found => [`${found.name}@${found.version}`, found]));
  return [...versions].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, found]) => found);
}

/** A package of which parts went into a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX identifier. */
  readonly license: string;
  /** Its files, a path. */
  readonly folder: string;
  /** What the registry's tarball was held against, as `sha512-` and base64. */
  readonly integrity: string;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
}

type Manifest = Pick<BundledPackage, 'name' | 'version' | 'license'>;

function packageFolder(file: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
