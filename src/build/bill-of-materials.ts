import { version } from '../version.js';
import type { BundledPackage } from './bundled-packages.js';

/**
 * The bundled packages as a CycloneDX list. Scanners that read such lists find known vulnerabilities in them,
 * which `npm audit` cannot see. Each component is what `npm sbom` makes of it.
 */
export function billOfMaterials(packages: readonly BundledPackage[]): string {
  const list = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: identity('folder-copy', version, 'MIT') },
    components: packages.map(({ name, version, license, integrity }) => ({
      ...identity(name, version, license),
      scope: 'required',
      hashes: [hash(integrity)],
    })),
  };
  return `${JSON.stringify(list, undefined, 2)}\n`;
}

function identity(name: string, version: string, license: string) {
  return {
    'bom-ref': `${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    licenses: [{ license: { id: license } }],
  };
}

function hash(integrity: string) {
  const [algorithm, digest = ''] = integrity.split('-');
  if (algorithm !== 'sha512') throw new Error(`no SHA-512 in ${integrity}`);
  return { alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') };
}
