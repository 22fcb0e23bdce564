import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Ends a run with why tests were skipped, what was left out, and one line that programs can read too. */
export class ClosingLines implements Reporter {
  /** @param tests the folder of the built tests */
  constructor(readonly tests: string) {}

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    const count = (state: string): number => tests.filter(test => test.result().state === state).length;
    const skipped = tests.filter(
      test => test.result().state !== 'passed' && test.result().state !== 'failed',
    );
    const failed = count('failed') + failedOutsideTests(modules) + unhandledErrors.length;
    const lines = [
      ...reasonsToSkip(skipped),
      ...leftOut(this.tests, modules),
      `${count('passed')} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}

/** Files that could not be loaded, and hooks that failed: no test says so. */
function failedOutsideTests(modules: readonly TestModule[]): number {
  const places = modules.flatMap(module => [module, ...module.children.allSuites()]);
  return places.filter(place => place.errors().length > 0).length;
}

/** How many tests were skipped for each reason, the most first. */
function reasonsToSkip(skipped: readonly TestCase[]): string[] {
  const counts = new Map<string, number>();
  for (const test of skipped) {
    const result = test.result();
    const note = result.state === 'skipped' ? result.note : 'the run was interrupted';
    const reason = note ?? test.meta().lacks ?? 'no reason given';
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([reason, count]) => `Skipped, ${count} ${count === 1 ? 'test' : 'tests'}: ${reason}`);
}

/** Thorough tests that were not run, in a run of all quick ones; whoever names files knows what he left out. */
function leftOut(folder: string, modules: readonly TestModule[]): string[] {
  const ran = new Set(modules.map(({ moduleId }) => moduleId));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => join(folder, name));
  const isQuick = (name: string): boolean =>
    name.endsWith('.test.js') && !name.includes('.thorough.') && !name.includes('/soak/');
  const thorough = files.filter(name => name.endsWith('.test.js') && name.includes('.thorough.'));
  const missed = thorough.filter(name => !ran.has(name));
  if (missed.length === 0 || !files.filter(isQuick).every(name => ran.has(name))) return [];
  return [
    `Left out: ${missed.length} files of thorough tests (*.thorough.test.ts): faults and calls under strace,`,
    '  mounted file systems, terminals, shells, installed packages, kills by the dozen, large and random trees,',
    '  and most cases of long tables (*.both.test.ts).',
    '  They run with: npm run test:all',
  ];
}
