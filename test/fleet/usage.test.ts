import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fleetAddress, isExposed } from '../../src/copier/request/fleet-address.js';
import { normalizeOptions } from '../../src/copier/request/normalize-options.js';
import { runCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';

describe('the URL of a Redis', () => {
  test.each([
    [
      'redis://redis.lan',
      { host: 'redis.lan', port: 6379, isEncrypted: false, database: 0, username: undefined },
    ],
    ['rediss://fc@redis.lan:7000/2', { port: 7000, isEncrypted: true, database: 2, username: 'fc' }],
    ['redis://[::1]:1', { host: '::1', port: 1 }],
  ])('%s', (url, expected) => {
    expect(fleetAddress('fleet', url)).toMatchObject(expected);
  });

  test.each([
    'redis.lan',
    'http://redis.lan',
    'redis://',
    'redis://h/x',
    'redis://h?tls=0',
    'redis://h#x',
    '',
    7,
  ])('%j is refused', url => {
    expect(() => fleetAddress('fleet', url)).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });

  test('a password in it is refused, and not repeated', () => {
    expect(() => fleetAddress('fleet', 'redis://fc:secret@redis.lan')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });

  test.each([
    ['redis://redis.lan', true],
    ['rediss://redis.lan', false],
    ['redis://localhost', false],
    ['redis://127.0.0.1', false],
    ['redis://[::1]', false],
  ])('whether others can read what goes to %s: %s', (url, expected) => {
    expect(isExposed(fleetAddress('fleet', url))).toBe(expected);
  });
});

test('a fleet implies fsync, and goes with no dry run and no dereferencing', () => {
  expect(normalizeOptions({ fleet: 'redis://h' })).toMatchObject({ fsync: true, fleet: { host: 'h' } });
  for (const other of [{ dryRun: true }, { dereference: true }])
    expect(() => normalizeOptions({ fleet: 'redis://h', ...other })).toThrow(
      expect.objectContaining({ name: 'UsageError' }),
    );
});

test.each([
  [['--fleet', 'redis://h', '--check', 'photos', 'copy'], /--check' cannot be used with option '--fleet/],
  [['--fleet', 'redis://h', '-n', 'photos', 'copy'], /--fleet <url>' cannot be used with option '-n/],
  [['--fleet', 'http://h', 'photos', 'copy'], /fleet takes the URL of a Redis/],
  [['--join', 'redis://h'], /join needs root/],
  [['--join', 'redis://h', '--root', '.', 'photos'], /join takes no folders/],
  [['--join', 'redis://h', '--root', '.', '--verify'], /join cannot be used with verify/],
  [['--join', 'redis://h:secret@h', '--root', '.'], /join/],
  [['--root', '.', 'photos', 'copy'], /belongs to '--join'/],
])('%j is a usage error', async (args, message) => {
  const cwd = scratchFolder();
  mkdirSync(join(cwd, 'photos'));
  const { status, stderr } = await runCommand(args, { cwd });
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain('secret');
});
