import { allocatedBytes, type Device, type Facts, sameDevice } from '../../files/facts.js';
import { fileSystemOf, NATIVE } from '../../files/system/file-systems.js';
import { toldRanges } from './data-ranges.js';

/** Decides whether what a file system calls a hole is believed: some say it of files with data. */
export class ToldHoles {
  readonly #devices: { readonly device: Device; readonly isTruthful: boolean }[] = [];

  /** @param descriptor of an open file with these facts */
  areBelieved(descriptor: number, facts: Facts): boolean {
    if (this.#isTruthful(descriptor, facts)) return true;
    // Less data than there are blocks, or no blocks at all, cannot be.
    return facts.blocks > 0 && toldBytes(descriptor, facts.size) >= allocatedBytes(facts);
  }

  #isTruthful(descriptor: number, device: Device): boolean {
    const known = this.#devices.find(other => sameDevice(other.device, device));
    if (known !== undefined) return known.isTruthful;
    const isTruthful = NATIVE.has(fileSystemOf(`/proc/self/fd/${descriptor}`));
    this.#devices.push({ device, isTruthful });
    return isTruthful;
  }
}

function toldBytes(descriptor: number, size: number): number {
  let bytes = 0;
  for (const { start, end } of toldRanges(descriptor, size) ?? []) bytes += end - start;
  return bytes;
}
