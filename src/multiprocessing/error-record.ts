import { Closed, Empty, Full } from './errors.js';

// Errors cross as records: structured clone keeps an Error's message but drops code, path and its class.

type Plain = string | number | boolean | bigint;

export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Own fields with plain values: code, errno, syscall, path, dest, … */
  readonly fields: Readonly<Record<string, Plain>>;
  readonly cause?: ErrorRecord;
  /** The errors of an AggregateError. */
  readonly errors?: readonly ErrorRecord[];
}

/** A cause chain deeper than this is cut: it may be a ring. */
const MAX_DEPTH = 16;

/** The record of whatever was thrown; a value that is not an error becomes one that names it. */
export function toRecord(thrown: unknown, depth = 0): ErrorRecord {
  const error = thrown instanceof Error ? thrown : new Error(`a value was thrown: ${describe(thrown)}`);
  const deeper = depth < MAX_DEPTH;
  return {
    name: String(error.name),
    message: String(error.message),
    stack: String(error.stack ?? error),
    fields: plainFields(error),
    ...(deeper && error.cause !== undefined ? { cause: toRecord(error.cause, depth + 1) } : {}),
    ...(deeper && error instanceof AggregateError
      ? { errors: error.errors.map(inner => toRecord(inner, depth + 1)) }
      : {}),
  };
}

/** The error that a record stands for, with the stack of the process where it was thrown. */
export function fromRecord(record: ErrorRecord): Error {
  const error = construct(record);
  define(error, 'stack', record.stack);
  if (error.name !== record.name) define(error, 'name', record.name);
  if (record.cause !== undefined) define(error, 'cause', fromRecord(record.cause));
  for (const [key, value] of Object.entries(record.fields)) {
    Object.defineProperty(error, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return error;
}

type MakeError = new (message: string) => Error;

const CLASSES: ReadonlyMap<string, MakeError> = new Map<string, MakeError>([
  ['EvalError', EvalError],
  ['RangeError', RangeError],
  ['ReferenceError', ReferenceError],
  ['SyntaxError', SyntaxError],
  ['TypeError', TypeError],
  ['URIError', URIError],
  ['Closed', Closed],
  ['Empty', Empty],
  ['Full', Full],
]);

function construct({ name, message, errors }: ErrorRecord): Error {
  if (errors !== undefined) return new AggregateError(errors.map(fromRecord), message);
  return new (CLASSES.get(name) ?? Error)(message);
}

function plainFields(error: Error): Record<string, Plain> {
  const fields: Record<string, Plain> = {};
  for (const [key, value] of Object.entries(error)) {
    if (key !== 'name' && isPlain(value)) fields[key] = value;
  }
  // A DOMException keeps its code on the prototype, which is not an errno name.
  return fields;
}

function isPlain(value: unknown): value is Plain {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}

function describe(thrown: unknown): string {
  try {
    return typeof thrown === 'object' ? JSON.stringify(thrown) : String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown); // a ring, or a toString that throws
  }
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: false, configurable: true, writable: true });
}
