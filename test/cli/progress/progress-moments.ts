import type { ProgressNow } from '../../../src/cli/progress/figures/progress.js';

export const begun: ProgressNow = {
  percent: 0,
  filesDone: 0,
  filesFound: 0,
  bytes: 0,
  bytesFound: 0,
  readsContent: true,
  rate: 0,
  fileRate: 0,
  failures: 0,
  secondsLeft: undefined,
  isOver: false,
};

export const under: ProgressNow = {
  ...begun,
  percent: 62.5,
  filesDone: 1234,
  filesFound: 5678,
  bytes: 3.5 * 1024 ** 3,
  bytesFound: 5.6 * 1024 ** 3,
  rate: 812 * 1024 ** 2,
  fileRate: 97,
  secondsLeft: 185,
};

export const huge: ProgressNow = {
  ...begun,
  percent: 99.99,
  filesDone: 123_456_789,
  filesFound: 987_654_321,
  bytes: 1.5 * 1024 ** 5,
  bytesFound: 1.6 * 1024 ** 5,
  rate: 1023.9 * 1024 ** 3,
  fileRate: 123_456,
  failures: 3,
  secondsLeft: 400_000,
};

/** Names that are hard to fit into so many columns. */
export const awkwardNames: readonly [title: string, name: string][] = [
  ['no name', ''],
  ['a short name', 'a.jpg'],
  ['a long path', `${'folder/'.repeat(60)}last.jpg`],
  ['Chinese', '相册/二〇二四年夏天/'.repeat(20)],
  ['emoji of one and of several code points', '👩‍👩‍👧🇩🇪👍🏽🎉/'.repeat(40)],
  ['combining marks', 'é̈ñ'.repeat(200)],
];
