import * as fs from 'node:fs';
import { join } from 'node:path';

// The peer to beat among plain Node programs: one process, one loop, `copyFileSync`, modes and times kept.
const [source, destination] = process.argv.slice(2);
if (source === undefined || destination === undefined)
  throw new Error('usage: plain-loop <source> <destination>');
copy(source, destination);

function copy(from: string, to: string): void {
  const stats = fs.lstatSync(from);
  if (stats.isSymbolicLink()) {
    fs.symlinkSync(fs.readlinkSync(from), to);
    fs.lutimesSync(to, stats.atimeMs / 1000, stats.mtimeMs / 1000);
    return;
  }
  if (stats.isDirectory()) {
    fs.mkdirSync(to);
    for (const name of fs.readdirSync(from)) copy(join(from, name), join(to, name));
  } else {
    fs.copyFileSync(from, to);
  }
  fs.chmodSync(to, stats.mode);
  fs.utimesSync(to, stats.atimeMs / 1000, stats.mtimeMs / 1000);
}
