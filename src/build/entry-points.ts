import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// The package's entry points beside the bundles: for ESM a wrapper, so that `import` and `require` give the same
// classes; the declarations, which count as CommonJS here as the bundles do; the events' schema.

const root = join(import.meta.dirname, '../../..');
const built = join(root, 'dist/src');
const target = join(root, 'dist/lib');

const ENTRY_POINTS: Readonly<Record<string, string>> = {
  index: 'index',
  multiprocessing: 'multiprocessing/index',
};

const copied = new Set<string>();

for (const [name, module] of Object.entries(ENTRY_POINTS)) {
  copyDeclarations(`${module}.d.ts`);
  write(`${name}.mjs`, `import './in-place.mjs';\nexport * from './${name}.js';\n`);
  write(`${name}.d.mts`, `export * from './${name}.js';\n`);
  write(`${name}.d.ts`, `export * from './types/${module}.js';\n`);
}
copyFileSync(join(root, 'src/copier/report/events.schema.json'), join(target, 'events.schema.json'));

/** A declaration file and all that it imports. */
function copyDeclarations(file: string): void {
  if (copied.has(file)) return;
  copied.add(file);
  const text = readFileSync(join(built, file), 'utf8');
  write(join('types', file), text);
  for (const [, path = ''] of text.matchAll(/(?:from |import\()['"](\..*?)\.js['"]/g)) {
    copyDeclarations(join(dirname(file), `${path}.d.ts`));
  }
}

function write(file: string, text: string): void {
  const path = join(target, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
