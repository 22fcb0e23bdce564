import { defineConfig } from 'vitest/config';

// The tests run as `tsc` built them: forked workers load real JavaScript, the same that ships.
export default defineConfig({
  test: {
    include: ['dist/test/**/*.test.js'],
    exclude: ['node_modules/**', 'dist/test/soak/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
