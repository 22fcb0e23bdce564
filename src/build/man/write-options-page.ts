import { readFileSync, writeFileSync } from 'node:fs';
import { withOptionList } from './options-page.js';

// `npm run manual`: the list of options in the manual follows the command's own.
const page = new URL('../../../../src/manual/options.md', import.meta.url);
writeFileSync(page, withOptionList(readFileSync(page, 'utf8')));
