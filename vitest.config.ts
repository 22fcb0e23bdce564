import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Begun first, so that none of them is left over with one lane at the end; a fresh clone knows no durations yet. */
const longest = ['random-trees', 'faults/kills', 'faults/system', 'options/check', 'package/installed'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex(name => moduleId.endsWith(`/dist/test/${name}.test.js`));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** Node 20 reads these at each start, which takes half of it, and the tests start thousands of processes; npm alone needs them. */
const { NODE_EXTRA_CA_CERTS: certificates } = process.env;
delete process.env.NODE_EXTRA_CA_CERTS;

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
      env: {
        ...(certificates !== undefined && { NPM_EXTRA_CA_CERTS: certificates }),
        ...(soak && { SOAK: '1', RANDOM_TREES: process.env.RANDOM_TREES ?? '2000' }),
      },
      testTimeout: soak ? 3_600_000 : 60_000,
      hookTimeout: 60_000,
      pool: 'forks',
      maxWorkers: 2,
      sequence: { sequencer: LongestFirst },
      // Node loads it as it is: to transform the same modules for each file costs more than many a test.
      server: { deps: { external: [/\/dist\//] } },
    },
  };
});
