import { defineConfig } from 'vitest/config';

// The tests run as `tsc` built them: forked workers load real JavaScript, the same that ships.
// `npm run soak` (`--mode soak`) takes what is too long for every run, and many more random trees.
export default defineConfig(({ mode }) => {
  const soak = mode === 'soak';
  return {
    test: {
      include: soak
        ? [
            'dist/test/soak/**/*.test.js',
            'dist/test/random-trees.test.js',
            'dist/test/options/bwlimit.test.js',
            'dist/test/options/filters-like-git.test.js',
          ]
        : ['dist/test/**/*.test.js'],
      exclude: ['node_modules/**', ...(soak ? [] : ['dist/test/soak/**'])],
      env: soak ? { SOAK: '1', RANDOM_TREES: process.env.RANDOM_TREES ?? '2000' } : {},
      testTimeout: soak ? 3_600_000 : 60_000,
      hookTimeout: 60_000,
      pool: 'forks',
      maxWorkers: 2,
    },
  };
});
