import { cp } from 'node:fs/promises';

const [source = '', destination = ''] = process.argv.slice(2);
await cp(source, destination, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
