import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { version } from '../version.js';
import { billOfMaterials } from './bill-of-materials.js';
import { bundledPackages } from './bundled-packages.js';
import { LAUNCHER } from './launcher.js';
import { thirdPartyLicenses } from './third-party.js';

// Makes what ships: CommonJS, which Node starts sooner than ESM, in one file for each moment of a run.

const root = join(import.meta.dirname, '../../..');
const target = join(root, 'dist/lib');

/**
 * Each file and the module it is made of, with all that this imports except what has a file of its own. Errors that one
 * of them throws are not of the classes that another has: see `isRefusal` and `isBatchLost`.
 */
const FILES: Readonly<Record<string, string>> = {
  'folder-copy.js': 'bin/folder-copy.ts',
  'run.js': 'src/cli/run.ts',
  'bar-drawing.js': 'src/cli/progress/drawing/bar-drawing.ts',
  'completion-script.js': 'src/cli/completion/completion-script.ts',
  'fleet.js': 'src/fleet/coordinator/open-fleet.ts',
  'join.js': 'src/cli/join.ts',
  'ignore.js': 'ignore',
  'fs-extra.js': 'fs-extra/esm',
  'copy-worker.js': 'src/worker/copy-worker.ts',
  'index.js': 'src/index.ts',
  'multiprocessing.js': 'src/multiprocessing/index.ts',
  'child/entry.js': 'src/multiprocessing/child/entry.ts',
  'in-place.mjs': 'src/in-place.ts',
};

/** Loaded where a fleet is asked for, if they are installed. */
const FOR_FLEETS = ['bullmq', 'ioredis'];

/** The one that loads modules of which it knows only the URL, ES modules too. */
const LOADER = 'multiprocessing.js';

/** The command is one file: nobody else has to know its errors and queues by their classes. */
const COMMAND = 'run.js';

/** What the system starts. */
const ENTRY = 'folder-copy.js';

const MODULE_URL = "const moduleUrl = require('node:url').pathToFileURL(__filename).href;";

const sources = new Set<string>();
for (const file of Object.keys(FILES)) for (const source of await bundle(file)) sources.add(source);
const packages = bundledPackages(root, sources);
writeFileSync(join(target, 'THIRD-PARTY-LICENSES.md'), thirdPartyLicenses(packages));
writeFileSync(join(target, 'third-party.cdx.json'), billOfMaterials(packages));
writeFileSync(join(target, 'package.json'), '{ "type": "commonjs" }\n');
chmodSync(join(target, ENTRY), 0o755);

/** @returns the files that went into it, as paths from the root */
async function bundle(file: string): Promise<string[]> {
  const isModule = file.endsWith('.mjs');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [FILES[file] ?? ''],
    outfile: join(target, file),
    bundle: true,
    external: FOR_FLEETS,
    format: isModule ? 'esm' : 'cjs',
    platform: 'node',
    target: 'node20.11',
    // `import` takes three times as long as `require` to load what is CommonJS.
    supported: { 'dynamic-import': file === LOADER },
    define: {
      PACKAGE_VERSION: JSON.stringify(version),
      ...(!isModule && { 'import.meta.url': 'moduleUrl' }),
    },
    banner: { js: isModule ? '' : `${file === ENTRY ? LAUNCHER : ''}${MODULE_URL}` },
    plugins: [withOwnFiles(file)],
    logLevel: 'warning',
    metafile: true,
  });
  return Object.keys(metafile.inputs);
}

/** What has a file of its own is required from there. */
function withOwnFiles(file: string): Plugin {
  const files = new Map(Object.entries(FILES).map(([other, module]) => [sourceOf(module), other]));
  return {
    name: 'own files',
    setup({ onResolve }) {
      onResolve({ filter: /./ }, ({ kind, path, resolveDir }) => {
        if (kind === 'entry-point') return undefined;
        const other = files.get(path.startsWith('.') ? join(resolveDir, path.replace(/\.js$/, '.ts')) : path);
        if (other === undefined || (file === COMMAND && other === LOADER)) return undefined;
        const from = relative(dirname(file), other);
        return { path: from.startsWith('.') ? from : `./${from}`, external: true };
      });
    },
  };
}

function sourceOf(module: string): string {
  return module.endsWith('.ts') ? join(root, module) : module;
}
