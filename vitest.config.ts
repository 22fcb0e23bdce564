import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { ClosingLines } from './test/helpers/closing-lines.js';

/** Begun first, so that none of them is left over with one lane at the end; a fresh clone knows no durations yet. */
const longest = ['random-trees', 'faults/kills', 'faults/system', 'options/check', 'package/installed'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex(name => moduleId.includes(`/dist/test/${name}.`));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** Node 20 reads these at each start, which takes half of it, and the tests start thousands of processes; npm alone needs them. */
const { NODE_EXTRA_CA_CERTS: certificates } = process.env;
delete process.env.NODE_EXTRA_CA_CERTS;

// The tests run as `tsc` built them: forked workers load real JavaScript, the same that ships.
// Node loads it as it is: to transform the same modules for each file costs more than many a test.
const common = {
  env: certificates === undefined ? {} : { NPM_EXTRA_CA_CERTS: certificates },
  setupFiles: ['dist/test/helpers/setup.js'],
  hookTimeout: 60_000,
  pool: 'forks',
  server: { deps: { external: [/\/dist\//] } },
} as const;

/** A part of the tests, by the words in their files' names: see test/README.md. */
function part(name: string, include: string[], exclude: string, lanes: number, groupOrder: number) {
  const env = { ...common.env, FOLDER_COPY_TESTS: name };
  const files = { include, exclude: ['**/soak/**', exclude] };
  return {
    test: {
      ...common,
      ...files,
      name,
      env,
      testTimeout: 60_000,
      maxWorkers: lanes,
      sequence: { groupOrder },
    },
  };
}

/** One more than there are processors: many a test waits for a moment. */
const lanes = availableParallelism() + 1;
const parts = [
  part('quick', ['dist/test/**/*.test.js'], '**/*.{thorough,alone}.*', lanes, 0),
  part('quick-alone', ['dist/test/**/*.alone.test.js'], '**/*.thorough.*', 1, 1),
  part('thorough', ['dist/test/**/*.{thorough,both}.test.js'], '', lanes, 2),
  part('thorough-alone', ['dist/test/**/*.thorough.alone.test.js'], '', 1, 3),
];

/** `npm run soak`: what is too long for every run, and many more random trees. */
const soak = {
  test: {
    ...common,
    name: 'soak',
    include: [
      'dist/test/soak/**/*.test.js',
      'dist/test/random-trees.thorough.test.js',
      'dist/test/options/bwlimit.thorough.alone.test.js',
      'dist/test/options/filters-like-git.thorough.test.js',
    ],
    env: { ...common.env, SOAK: '1', RANDOM_TREES: process.env.RANDOM_TREES ?? '2000' },
    testTimeout: 3_600_000,
    // Large trees are removed, too.
    hookTimeout: 600_000,
    maxWorkers: lanes,
  },
};

export default defineConfig(({ mode }) => ({
  test: {
    projects: mode === 'soak' ? [soak] : parts,
    reporters: ['default', new ClosingLines(fileURLToPath(new URL('dist/test', import.meta.url)))],
    sequence: { sequencer: LongestFirst },
  },
}));
