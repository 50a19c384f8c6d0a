import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { channelKinds } from '../../src/channels/registry.ts';
import type { Expiry } from '../../src/model/delivery.ts';
import { channelPorts, type TestPorts } from './channel-ports.ts';
import { startAiosmtpd, whyNoAiosmtpd } from './smtp-peers.ts';

const day = 86_400_000;
const dir = mkdtempSync(join(tmpdir(), 'expiries-'));
let server: Server;
let port = 0;
let ports: TestPorts;

beforeAll(async () => {
  for (const name of ['HTTPS_PROXY', 'https_proxy']) vi.stubEnv(name, '');
  ports = await channelPorts('http://localhost');
  execFileSync('bash', [join(import.meta.dirname, 'mkca.sh'), dir, '3'], { stdio: 'ignore' });
  execFileSync('bash', [join(import.meta.dirname, 'mkclient.sh'), dir, 'web1', '5'], { stdio: 'ignore' });
  const [key, cert] = ['server.key', 'server.pem'].map((name) => readFileSync(join(dir, name)));
  server = createServer({ key, cert }, (socket) => socket.on('error', () => undefined));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await ports.remove();
  rmSync(dir, { recursive: true });
  vi.unstubAllEnvs();
});

/** What a kind finds out, with the days that are left. */
async function found(kind: string, options: object, signal = new AbortController().signal) {
  const row = await channelKinds.find((one) => one.kind === kind)?.load();
  const expiries: readonly Expiry[] = (await row?.expiries?.(options, ports, signal)) ?? [];
  return expiries.map(({ what, at }) => `${what}: ${Math.round((at - Date.now()) / day)} days`);
}

describe('what ends of a channel', () => {
  test('webhook: the certificate of its server', async () => {
    const url = `https://localhost:${port}/hook`;
    expect(await found('webhook', { url })).toEqual([`the certificate of localhost:${port}: 3 days`]);
    expect(await found('webhook', { url: `http://localhost:${port}/hook` })).toEqual([]);
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
    expect(await found('webhook', { url })).toEqual([]);
    vi.stubEnv('HTTPS_PROXY', '');
  });

  test('webhook: a token that says when it ends', async () => {
    const file = join(dir, 'token');
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const options = { url: 'http://localhost/hook', 'token-file': file };
    const exp = Math.round((Date.now() + 7 * day) / 1000);
    writeFileSync(file, `${part({ alg: 'none' })}.${part({ exp })}.signature\n`, { mode: 0o600 });
    expect(await found('webhook', options)).toEqual([`the token in ${file}: 7 days`]);
    for (const text of ['plain', 'a.b.c', `x.${part({ exp: 'soon' })}.y`, `x.${part([])}.y`, 'x.bnVsbA.y']) {
      writeFileSync(file, text);
      expect(await found('webhook', options), text).toEqual([]);
    }
  });

  test('syslog: the certificates of the server and of our own', async () => {
    const [cert, key] = [join(dir, 'client.pem'), join(dir, 'client.key')];
    const options = { server: `tls://127.0.0.1:${port}`, 'cert-file': cert, 'key-file': key };
    expect(await found('syslog', options)).toEqual([
      `the certificate of 127.0.0.1:${port}: 3 days`,
      `the certificate in ${cert}: 5 days`,
    ]);
    expect(await found('syslog', { server: `tcp://127.0.0.1:${port}` })).toEqual([]);
  });

  const why = whyNoAiosmtpd();
  test.skipIf(why !== undefined).each([
    ['tls', 'smtps'],
    ['starttls', 'smtp'],
  ] as const)(
    `email: the certificate of its server, by %s${why === undefined ? '' : `: ${why}`}`,
    async (mode, scheme) => {
      const peer = await startAiosmtpd(mode);
      const way = scheme === 'smtp' ? { starttls: 'required' } : {};
      const mail = { to: ['a@example.org'], from: 'b@example.org', ...way };
      const place = `localhost:${peer.port}`;
      expect(await found('email', { ...mail, server: `${scheme}://${place}` })).toEqual([
        `the certificate of ${place}: 30 days`,
      ]);
      await peer.stop();
      expect(await found('email', { ...mail, server: `${scheme}://${place}` })).toEqual([]);
    },
  );

  test('nothing where a server speaks no TLS, is silent, or nobody wants to know any more', async () => {
    const { createServer: createPlain } = await import('node:net');
    const plain = createPlain((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('220 hello\r\n'),
    );
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const address = plain.address();
    const place = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const mail = { to: ['a@example.org'], from: 'b@example.org', starttls: 'required' };
    expect(await found('webhook', { url: `https://${place}` })).toEqual([]);
    expect(await found('syslog', { server: `tls://${place}` })).toEqual([]);
    expect(await found('email', { ...mail, server: `smtp://${place}` })).toEqual([]);
    expect(await found('webhook', { url: `https://localhost:${port}` }, AbortSignal.abort())).toEqual([]);
    await new Promise((resolve) => plain.close(resolve));
  });
});
