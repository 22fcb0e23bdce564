/**
 * Node's own options for a child: those of this process (loaders, memory limits), without the ones that name
 * what this process runs or claim a port for its inspector.
 */
export function inheritedExecArgv(): string[] {
  const kept: string[] = [];
  let skipNext = false;
  for (const argument of process.execArgv) {
    if (skipNext) skipNext = false;
    else if (WITH_VALUE.has(argument)) skipNext = true;
    else if (!OF_THIS_PROCESS.test(argument)) kept.push(argument);
  }
  return kept;
}

const WITH_VALUE = new Set(['-e', '--eval', '-p', '--print', '-pe', '--input-type', '--watch-path']);
const OF_THIS_PROCESS = /^(--(eval|print|input-type|inspect|test|watch)\b|-i$|--interactive$|--check$|-c$)/;
