/**
 * The first lines of the command's file, which is a shell script and a JavaScript program at once: a shell reads
 * the signals that are ignored (`nohup`, a script's background job), which Node sets back when it starts, hands
 * them on, and becomes Node. `env` in its place would take as long.
 */
export const LAUNCHER = `#!/bin/sh
':' //; [ -r /proc/$$/stat ] && IFS= read -r FOLDER_COPY_STAT < /proc/$$/stat && export FOLDER_COPY_STAT
':' //; exec node "$0" "$@"
`;
