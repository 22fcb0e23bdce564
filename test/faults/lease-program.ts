import { closeSync, constants, openSync } from 'node:fs';
import { libc } from '../../src/files/system/libc.js';

// Holds a write lease on a file, as a file server does, and gives it up a second after the kernel has asked for it.
// Arguments: the file, and the name of another one, made once the lease is held.
const [path = '', sign = ''] = process.argv.slice(2);
const F_SETLEASE = 1024;
const F_WRLCK = 1;
const F_UNLCK = 2;
const fcntl = libc()?.bind('fcntl', 'int', ['int', 'int', '...']);
const file = openSync(path, constants.O_RDWR);
const setLease = (kind: number): number => fcntl?.(file, F_SETLEASE, 'int', kind) ?? -1;

process.on('SIGIO', () => setTimeout(setLease, 1000, F_UNLCK));
if (setLease(F_WRLCK) < 0) process.exit(1);
closeSync(openSync(sign, 'w'));
setInterval(() => {}, 1000);
