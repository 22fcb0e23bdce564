import { execFileSync } from 'node:child_process';

/** Extended attributes (ACLs are some of them) of both trees as `getfattr` tells them, names escaped its way. */
export function xattrDifferences(expected: string, actual: string): string[] {
  const [a, b] = [xattrsOf(expected), xattrsOf(actual)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap(path => {
    const [wanted, got] = [a.get(path) ?? 'none', b.get(path) ?? 'none'];
    return wanted === got ? [] : [`${path}: attributes ${wanted}, got ${got}`];
  });
}

function xattrsOf(root: string): Map<string, string> {
  const output = execFileSync('getfattr', ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '.'], {
    cwd: root,
    encoding: 'latin1',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const blocks = output.split('\n\n').filter(block => block.startsWith('# file: '));
  return new Map(
    blocks.map(block => {
      const [header = '', ...attributes] = block.split('\n');
      return [header.slice('# file: '.length), attributes.filter(Boolean).sort().join(' ')];
    }),
  );
}
