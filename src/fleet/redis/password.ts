import { readFileSync } from 'node:fs';
import { RefusedError, refusal } from '../../copier/report/errors.js';

/** From the environment: on a command line others could read it. @throws {RefusedError} */
export function readPassword(): string | undefined {
  const { FOLDER_COPY_REDIS_PASSWORD: password, FOLDER_COPY_REDIS_PASSWORD_FILE: file } = process.env;
  if (file === undefined || file === '') return password === '' ? undefined : password;
  if (password !== undefined && password !== '')
    throw new RefusedError(
      'FOLDER_COPY_REDIS_PASSWORD and FOLDER_COPY_REDIS_PASSWORD_FILE are both set; leave one of them out',
      'EINVAL',
    );
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw refusal(file, 'the password cannot be read', error);
  }
}
