import { writeFileSync } from 'node:fs';
import { manPage } from './man-page.js';

// A step of the build: from `dist/man` to `man`, where package.json has it.
writeFileSync(new URL('../../man/folder-copy.1', import.meta.url), manPage());
