import { constants } from 'node:os';

/** Why an entry failed: what crosses the pipe and stands in events. */
export interface Failure {
  /** An errno name, or one of the contract's own codes. */
  readonly code: string;
  /** What happened, in words, without path and code. */
  readonly message: string;
}

/** The failure that a thrown value stands for. */
export function failureOf(error: unknown): Failure {
  if (error instanceof EntryError) return { code: error.code, message: error.message };
  const code = codeOf(error) ?? 'UNKNOWN';
  return { code, message: wordsFor(error, code) };
}

/**
 * Runs one step of a copy; what it throws says which step it was.
 * @param what the step failed to do, such as `cannot be read`
 */
export function step<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw failedStep(what, error);
  }
}

/** What failed, in words that say which step it was. */
export function failedStep(what: string, error: unknown): EntryError {
  if (error instanceof EntryError) return error;
  const { code, message } = failureOf(error);
  return new EntryError(code, `${what}: ${message}`, { cause: error });
}

/** Whether too much was open, in the process or on the whole machine. */
export function lacksDescriptors({ code }: Failure): boolean {
  return code === 'EMFILE' || code === 'ENFILE';
}

/** The errno name of a thrown value, if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  if (typeof error.code !== 'string') return undefined;
  return error.code.startsWith('Unknown system error') ? nameOfUnknown(error) : error.code;
}

/** Node's own table lacks some, a full quota's and a stale handle's among them. */
function nameOfUnknown(error: object): string {
  const number = 'errno' in error ? -Number(error.errno) : 0;
  const [name] = Object.entries(constants.errno).find(([, known]) => known === number) ?? [];
  return name ?? `ERRNO_${number}`;
}

/** An error with one of our own codes, thrown where an entry cannot be copied. */
export class EntryError extends Error {
  override readonly name = 'EntryError';

  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** glibc's words (`strerror`) where they tell a user enough, better ones where they do not. */
const WORDS: Readonly<Record<string, string>> = {
  E2BIG: 'larger than the file system allows',
  EACCES: 'permission denied',
  EBUSY: 'device or resource busy',
  ECONNABORTED: 'the file system has lost its connection',
  EDQUOT: 'disk quota exceeded',
  EEXIST: 'it already exists in the destination',
  EFBIG: 'file too large for the destination',
  EIO: 'input/output error',
  EISDIR: 'a folder is in its place',
  ELOOP: 'too many levels of symbolic links, or a link where none may be followed',
  EMFILE: 'too many open files; raise the limit (ulimit -n) or use fewer workers',
  EMLINK: 'too many hard links',
  ENAMETOOLONG: 'name too long',
  ENFILE: 'too many open files in the system',
  ENOENT: 'no such file or folder',
  ENOMEM: 'out of memory',
  ENOSPC: 'no space left on the destination',
  ENOSYS: 'not supported by the file system',
  ENOTCONN: 'the file system has lost its connection',
  ENOTDIR: 'not a folder',
  ENOTEMPTY: 'a folder that is not empty is in its place',
  ENOTSUP: 'not supported by the file system',
  EOPNOTSUPP: 'not supported by the file system',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  ESTALE: 'stale file handle',
  ETXTBSY: 'text file busy',
  EXDEV: 'it is on another file system',
};

function wordsFor(error: unknown, code: string): string {
  return WORDS[code] ?? nodesWords(error, code);
}

/** Node writes `CODE: words, syscall 'path'`; only the words are wanted. */
function nodesWords(error: unknown, code: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const words = message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message;
  return words.replace(/, \w+( '.*)?$/s, '');
}
