import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 inline less when it optimizes. In a run of a second it compiles for longer than it can win back, in every
 * process, on threads that take the processors from the copying: measured, 50,000 small files take 3 % less
 * time, 16,000 files of packages 6 % less. For processes that do nothing but copy: a library leaves V8 alone.
 */
export function lightenCompiler(): void {
  // An engine that does not know a flag says so on standard error.
  if (Number.parseInt(process.versions.node, 10) > LAST_NODE_TRIED) return;
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=100');
}

const LAST_NODE_TRIED = 26;
