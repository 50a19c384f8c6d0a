import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { join } from 'node:path';
import { startHttpPeer, type HttpPeer } from './http-peer.ts';
import { site, type Running, type Site } from './program.ts';

let at: Site;
let other: HttpPeer;
let daemon: Running | undefined;

beforeEach(async () => {
  at = site();
  other = await startHttpPeer();
  writeFileSync(at.path('app.log'), '');
});
afterEach(async () => {
  await daemon?.kill('SIGTERM');
  await other.stop();
  at.remove();
});

const lines = (): readonly string[] =>
  other.arrivals.map(({ body }) => (JSON.parse(body) as { readonly line: string }).line);

test('a certificate that ends in three days is told by another channel, once, and after a restart no more', async () => {
  const mkca = join(import.meta.dirname, '../peers/mkca.sh');
  execFileSync('bash', [mkca, at.dir, '3'], { stdio: 'ignore' });
  const [key, cert] = ['server.key', 'server.pem'].map((name) => readFileSync(at.path(name)));
  const server = createServer({ key, cert }, (_, response) => response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const place = `localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
  at.configure(`
sources: { app: { file: ${at.path('app.log')} } }
channels:
  first: { webhook: { url: 'https://${place}/hook' } }
  second: { webhook: { url: '${other.url}' } }
receivers: { me: { channels: [first, second] } }
tls: { ca-file: ${at.path('ca.pem')} }
`);
  daemon = await at.daemon();
  await eventually(() => other.arrivals.length > 0, 'the alert');
  expect(lines()).toEqual([
    expect.stringMatching(
      `^the certificate of ${place} ends at .*, in .*: after that nothing may get through by channel first$`,
    ),
  ]);
  expect(await at.json('alerts', 'list')).toMatchObject([{ rule: 'sentinel/expiry', severity: 'warning' }]);
  await daemon.kill('SIGTERM');
  // What this start finds is told before the drill that is asked for after it.
  daemon = await at.daemon();
  await at.json('send', '--to', 'second', 'hello');
  await eventually(() => other.arrivals.length > 1, 'the message');
  expect(lines()[1]).toBe('hello');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
