import { shell } from '../helpers/shell.js';

/** Changes one byte, and nothing that can be seen from outside. */
export const flip = (copy: string, path: string, at: number) =>
  shell(
    copy,
    `printf X | dd of='${path}' bs=1 seek=${at} conv=notrunc status=none; touch -d @1234567890.123456789 '${path}'`,
  );
