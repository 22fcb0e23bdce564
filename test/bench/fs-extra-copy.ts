import { copy } from 'fs-extra/esm';

const [source = '', destination = ''] = process.argv.slice(2);
await copy(source, destination, { preserveTimestamps: true });
