/**
 * A guess from the words alone, before anything is parsed: whether a worker will be needed. Where it is wrong,
 * a process was forked in vain, or later than it could have been.
 */
export function isLikelyCopy(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const options = (end === -1 ? argv : argv.slice(0, end)).filter(word => word.startsWith('-'));
  return argv.some(word => !word.startsWith('-')) && !options.some(word => WITHOUT_WORKERS.test(word));
}

const WITHOUT_WORKERS = /^(--(help|version|dry-run|completion|join)\b|-[a-zA-Z]*[hnV])/;
