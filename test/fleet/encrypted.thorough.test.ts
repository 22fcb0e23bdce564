import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { needs } from '../helpers/needs.js';
import { runCommand, startCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { manyFiles, startRedis } from './fleet-scene.js';

// What goes over a network: encrypted, with a certificate that is checked, or with a warning.

const long = { ...needs('redis-server', 'openssl'), timeout: 120_000 };

describe('over rediss://', () => {
  test('a copy goes on where NODE_EXTRA_CA_CERTS names the authority', long, async () => {
    const { url, authority } = await startEncryptedRedis('IP:127.0.0.1');
    const root = scratchFolder();
    manyFiles(root, 4, 50);
    const env = { NODE_EXTRA_CA_CERTS: authority };
    const member = startCommand(['--join', url, '--root', root, '-w', '1'], { env, timeoutMs: 100_000 });
    await member.sees(/waiting for a run/);
    const copy = await runCommand(['--fleet', url, '-w', '1', '--bwlimit', '20k', 'source', 'copy'], {
      cwd: root,
      env,
      timeoutMs: 100_000,
    });
    expect(copy).toMatchObject({ status: 0, stderr: '' });
    expect(await member.finished).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/joined the run/),
    });
    expect(compareTrees(join(root, 'source'), join(root, 'copy'))).toEqual([]);
  });

  test.each([
    ['of an unknown authority', 'IP:127.0.0.1', false],
    ['for another host', 'DNS:elsewhere.lan', true],
  ])('a certificate %s ends both with 2', long, async (_, names, isKnown) => {
    const { url, authority } = await startEncryptedRedis(names);
    const root = scratchFolder();
    manyFiles(root, 1, 1);
    const options = { cwd: root, env: isKnown ? { NODE_EXTRA_CA_CERTS: authority } : {} };
    for (const args of [
      ['--fleet', url, 'source', 'copy'],
      ['--join', url, '--root', '.'],
    ]) {
      const { status, stderr } = await runCommand(args, options);
      expect({ args, status }).toEqual({ args, status: 2 });
      expect(stderr).toMatch(/certificate|altnames/i);
    }
    expect(readdirSync(root)).toEqual(['source']);
  });
});

test('redis:// to another machine warns, on both sides', long, async () => {
  // Linux reaches this machine by it; the command takes it for another's.
  const redis = await startRedis();
  const url = `redis://0.0.0.0:${redis.port}`;
  const root = scratchFolder();
  manyFiles(root, 1, 1);
  const member = startCommand(['--join', url, '--root', root], { timeoutMs: 100_000 });
  await member.sees(/is reached without encryption/);
  const copy = await runCommand(['--fleet', url, 'source', 'copy'], { cwd: root });
  expect(copy).toMatchObject({ status: 0, stderr: expect.stringMatching(/is reached without encryption/) });
  process.kill(member.pid, 'SIGTERM');
  await member.finished;
});

/** @param names for which its certificate is, as OpenSSL writes them */
async function startEncryptedRedis(names: string): Promise<{ url: string; authority: string }> {
  const folder = scratchFolder();
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=authority');
  openssl(
    ...['req', '-x509', ...key, '-keyout', 'server.key', '-out', 'server.pem', '-subj', '/CN=redis'],
    ...['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', `subjectAltName=${names}`],
  );
  const redis = await startRedis();
  const authority = join(folder, 'ca.pem');
  const settings = {
    'tls-cert-file': join(folder, 'server.pem'),
    'tls-key-file': join(folder, 'server.key'),
    'tls-ca-cert-file': authority,
    'tls-auth-clients': 'no',
  };
  await redis.ask(async connection => {
    await connection.call('CONFIG', 'SET', ...Object.entries(settings).flat());
    await connection.call('CONFIG', 'SET', 'port', '0');
    await connection.call('CONFIG', 'SET', 'tls-port', String(redis.port));
  });
  return { url: `rediss://127.0.0.1:${redis.port}`, authority };
}
