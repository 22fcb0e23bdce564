import { readFileSync } from 'node:fs';
import { transform } from 'esbuild';
import { fromRoot } from '../helpers/project-root.js';

/**
 * The README's example of a module, as a program for Node 20. Where a comment says what an awaited value is, the
 * program holds it to that. Absolute paths become relative: it writes nothing outside the folder it is run in.
 */
export async function readmeExample(module: string, format: 'import' | 'require'): Promise<string> {
  const readme = readFileSync(fromRoot('README.md'), 'utf8');
  const blocks = Array.from(readme.matchAll(/^```[jt]s\n(.*?)^```$/gms), ([, block = '']) => block);
  const [example, ...others] = blocks.filter(block => block.includes(` from '${module}'`));
  if (example === undefined) throw new Error(`the README has no example of ${module}`);
  if (others.length > 0) throw new Error(`the README has examples of ${module} that no test runs`);
  const text = example
    .replace(/^await (.*); \/\/ ([[\d].*)$/gm, 'assert.deepEqual(await $1, $2);')
    .replaceAll("'/", "'./");
  const program = format === 'import' ? `import assert from 'node:assert';\n${text}` : asCommonJs(text);
  // `await using` is younger than Node 20.
  const { code } = await transform(program, { loader: 'ts', target: 'node20.11' });
  return code;
}

/** What the README says of `require`: it works as `import` does. */
function asCommonJs(text: string): string {
  const body = text.replace(/^import (\{.*?\}) from ('.*?');$/gm, 'const $1 = require($2);');
  return `const assert = require('node:assert');\n(async () => {\n${body}})();\n`;
}
