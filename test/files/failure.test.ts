import { getSystemErrorMap } from 'node:util';
import { expect, test } from 'vitest';
import { failureOf } from '../../src/files/failure.js';

/** An error as Node makes it of a call that fails. */
function nodesError(code: string): Error {
  const [errno, [, words]] = [...getSystemErrorMap()].find(([, [name]]) => name === code) ?? [0, ['', '']];
  return Object.assign(new Error(`${code}: ${words}, open '/a/b'`), { code, errno, syscall: 'open' });
}

test.each([
  'ENOTSUP',
  'ENOTCONN',
  'ECONNABORTED',
  'EPERM',
  'EIO',
  'EXDEV',
  'EINVAL',
])('%s of a file says nothing of sockets or calls', code => {
  const { message } = failureOf(nodesError(code));
  expect(message).toMatch(/^[a-z][a-z/ -]+$/);
  expect(message).not.toMatch(/socket|software|open/);
});
