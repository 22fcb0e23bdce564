import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 inline less when it optimizes. In a run of a second it compiles for longer than it can win back, in every
 * process, on threads that take the processors from the copying: measured, 50,000 small files take 7 % less
 * time, 16,000 files of packages 12 % less. For processes that do nothing but copy: a library leaves V8 alone.
 * An engine that does not know the flag lets it pass.
 */
export function lightenCompiler(): void {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=100');
}
