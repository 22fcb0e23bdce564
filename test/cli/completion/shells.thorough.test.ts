import { describe, expect, test } from 'vitest';
import { COMMAND_OPTIONS } from '../../../src/cli/arguments/command-options.js';
import { makeTree } from '../../helpers/make-tree.js';
import { needs } from '../../helpers/needs.js';
import { runCommand } from '../../helpers/run-command.js';
import { shell } from '../../helpers/shell.js';
import { openScreen, type Screen } from '../../helpers/tmux.js';
import type { TreeEntry } from '../../helpers/tree-description.js';

const scene: TreeEntry[] = [
  { kind: 'folder', path: 'photos/2024' },
  { kind: 'folder', path: 'phone calls' },
  { kind: 'file', path: 'phantom.txt', content: '' },
  { kind: 'file', path: 'list.txt', content: '' },
];

interface Shell {
  /** Without anybody's own settings, and without bash-completion. */
  start: string[];
  /** How its users load the script. */
  load: string;
  /** What `--ref` becomes. */
  reflink: string;
  /** Whether it shows descriptions beside options. */
  describes: boolean;
}

const shells: Record<'bash' | 'zsh' | 'fish', Shell> = {
  bash: {
    start: ['bash', '--noprofile', '--norc', '-i'],
    load: 'eval "$(folder-copy --completion bash)"',
    reflink: '--reflink',
    describes: false,
  },
  zsh: {
    start: ['zsh', '-f', '-i'],
    load: 'autoload -Uz compinit && compinit -D -u && eval "$(folder-copy --completion zsh)"',
    reflink: '--reflink=',
    describes: true,
  },
  fish: {
    start: ['fish', '--no-config', '-i'],
    load: 'folder-copy --completion fish | source',
    reflink: '--reflink',
    describes: true,
  },
};

/** A shell at its prompt `$ ` in a folder, the script loaded, with the command on its path. */
async function openShell(name: string, { start, load }: Shell): Promise<Screen> {
  const place = makeTree(scene);
  const home = makeTree([]);
  const env = { HOME: home, PS1: '$ ', TERM: 'screen', XDG_CONFIG_HOME: home, XDG_DATA_HOME: home };
  const screen = openScreen({ program: start, cwd: place, columns: 120, rows: 50, env });
  if (name === 'fish') {
    screen.type("set -g fish_autosuggestion_enabled 0; function fish_prompt; echo '$ '; end\n");
  }
  screen.type(`${load}; clear; echo 'lo''aded'\n`);
  await screen.sees(/^loaded\n\$$/m);
  return screen;
}

describe.each(['bash', 'zsh', 'fish'] as const)('%s', name => {
  const it = shells[name];
  // What is typed before Tab, and the line that then stands there.
  const completed: [what: string, typed: string, line: string][] = [
    ['an option', 'folder-copy --ref', `folder-copy ${it.reflink}`],
    ['a choice', 'folder-copy --reflink al', 'folder-copy --reflink always'],
    ['a choice behind =', 'folder-copy --reflink=al', 'folder-copy --reflink=always'],
    ['a file of a file option', 'folder-copy --failed lis', 'folder-copy --failed list.txt'],
    ['a file behind =', 'folder-copy --failed=lis', 'folder-copy --failed=list.txt'],
    ['a folder, where a file begins alike', 'folder-copy pho', `folder-copy pho`],
    ['the source', 'folder-copy phot', 'folder-copy photos/'],
    ['the destination', 'folder-copy photos phot', 'folder-copy photos photos/'],
    ['a source behind options', 'folder-copy -v --retries 3 phot', 'folder-copy -v --retries 3 photos/'],
    ['a folder with a blank', 'folder-copy phone', String.raw`folder-copy phone\ calls/`],
    ['a folder in a folder', 'folder-copy photos/2', 'folder-copy photos/2024/'],
    ['no file as a source', 'folder-copy lis', 'folder-copy lis'],
    ['no folder as a number', 'folder-copy --retries phot', 'folder-copy --retries phot'],
    ['a folder behind --', 'folder-copy -- phot', 'folder-copy -- photos/'],
    [
      'an option that may be repeated',
      'folder-copy --exclude x --exc',
      `folder-copy --exclude x ${it.reflink.replace('reflink', 'exclude')}`,
    ],
    ['a view', 'folder-copy --progress js', 'folder-copy --progress json'],
    ['a folder of a folder option', 'folder-copy --link-dest pho', 'folder-copy --link-dest pho'],
    ['no file there', 'folder-copy --backup-dir lis', 'folder-copy --backup-dir lis'],
    ['a folder behind =', 'folder-copy --link-dest=phot', 'folder-copy --link-dest=photos/'],
    ['a file of patterns', 'folder-copy --ignore-file lis', 'folder-copy --ignore-file list.txt'],
  ];

  test('completes options, choices, files and folders', needs('tmux', name), async () => {
    const screen = await openShell(name, it);
    for (const [what, typed, line] of completed) {
      screen.type(typed);
      screen.press('Tab');
      // Something typed behind it tells that the shell is through.
      screen.type('~');
      const lines = (await screen.sees(/~$/m)).split('\n');
      const last = lines.findLast(text => text.startsWith('$ folder-copy'))?.replace(/^\$ | *~$/g, '');
      expect(last, what).toBe(line);
      screen.press('C-u');
      screen.press('C-l');
      await screen.sees(/^\$$/);
    }
  });

  test('takes the script without a complaint', needs(name), async () => {
    const { stdout } = await runCommand(['--completion', name]);
    const place = makeTree([{ kind: 'file', path: 'script', content: stdout }]);
    expect(shell(place, `${name} -n script 2>&1`)).toBe('');
  });

  test('knows every option', needs('tmux', name), async () => {
    const screen = await openShell(name, it);
    screen.type('folder-copy --');
    screen.press('Tab');
    screen.press('Tab');
    const long = COMMAND_OPTIONS.flatMap(({ flags }) => flags.match(/--[\w-]+/g) ?? []);
    // The list is drawn in pieces: all of it at once, or it waits in vain.
    const seen = await screen.sees(new RegExp(long.map(option => `(?=[^]*${option}\\b)`).join('')));
    expect(seen.includes('list and report')).toBe(it.describes);
  });
});
