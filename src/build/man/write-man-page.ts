import { writeFileSync } from 'node:fs';
import { manPage } from './man-page.js';

// A step of the build: beside the bundles, where package.json has it.
writeFileSync(new URL('../../../lib/folder-copy.1', import.meta.url), manPage());
