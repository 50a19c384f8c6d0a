import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mailServer } from '../contracts/mail-server.ts';
import { listen } from '../contracts/mood.ts';
import { eventually } from '../peers/eventually.ts';
import { startHttpPeer, type HttpPeer } from './http-peer.ts';
import { run, site, type Running, type Site } from './program.ts';

let at: Site;
let daemon: Running | undefined;
const peers: HttpPeer[] = [];
beforeEach(() => {
  at = site();
});
afterEach(async () => {
  await daemon?.kill('SIGTERM');
  await Promise.all(peers.splice(0).map((peer) => peer.stop()));
  at.remove();
});

async function peer(): Promise<HttpPeer> {
  const started = await startHttpPeer();
  peers.push(started);
  return started;
}

const plain = (line: string): string => line.replace(/^\d{4}-\d\d-\d\d [\d:]+\.\d{3} {2}(\S+) +/, '$1: ');

test(
  'a critical alert goes down a chain of five, of which four fail in five ways, and each is named',
  { timeout: 180_000 },
  async () => {
    // Where nobody listens any more.
    const closed = await listen(createServer(), 'absent');
    const [pager, chat, last] = [await peer(), await peer(), await peer()];
    pager.answer((_request, response) => void response.writeHead(401).end('{"error":"token revoked"}'));
    // Silent at first, then over its limit for an hour.
    chat.answer(() => {
      chat.answer(
        (_request, response) => void response.writeHead(429, { 'retry-after': '3600' }).end('slow down'),
      );
    });
    const mail = await mailServer('good', { rcpt: '550 5.1.1 no such user here' });
    writeFileSync(at.path('app.log'), '');
    at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules: [{ id: fire, match: 'fire in (?<room>\\w+)', key: [room], alert: { severity: critical } }]
channels:
  phone: { webhook: { url: 'http://127.0.0.1:${closed}/' } }
  pager: { webhook: { url: '${pager.url}' } }
  chat: { webhook: { url: '${chat.url}', timeout: 300ms } }
  mail: { email: { to: [gone@example.org], from: bird@example.org, server: 'smtp://127.0.0.1:${mail.port}' } }
  siren: { webhook: { url: '${last.url}' } }
receivers: { night: { channels: [phone, pager, chat, mail, siren], next-after: 4s } }
routes: [{ when: { severity: critical }, to: night }]
`);
    daemon = await at.daemon();
    writeFileSync(at.path('app.log'), 'fire in kitchen\n');
    await eventually(() => last.arrivals.length > 0, 'the last channel of the chain', 120_000);

    const id = await at.decided('fire', 'sent: sent by siren');
    const told = (await run(at.args('alerts', 'why', id))).stdout.trimEnd().split('\n').map(plain);
    mail.stop();

    /** What is told between two channels, each line once: how often each was tried is a matter of time. */
    const stages = told
      .join('\n')
      .split(/^queued: .*$/m)
      .map((stage) => [...new Set(stage.trim().split('\n'))]);
    expect(stages).toHaveLength(6);
    const [, phone = [], pagerStage = [], chatStage = [], mailStage = [], siren = []] = stages;
    const ways = (stage: readonly string[]): readonly string[] =>
      stage.filter((line) => !line.startsWith('attempt:'));

    expect(ways(phone)[0]).toMatch(
      /^retry: unavailable \(connection refused \(ECONNREFUSED at 127\.0\.0\.1:\d+\)\)/,
    );
    expect(ways(phone).at(-1)).toMatch(/^passed: no success for .*connection refused.*: pager is tried$/);

    expect(ways(pagerStage)).toEqual([
      expect.stringMatching(/^retry: auth \(HTTP 401\)/),
      'passed: only a human can repair it: chat is tried',
    ]);

    // What may have arrived is tried once more where it was, and goes on when that does not help.
    expect(ways(chatStage)).toEqual([
      expect.stringMatching(/^unknown: it may have arrived \(no answer within 300 ms\)/),
      expect.stringMatching(/^unknown: it may have arrived \(HTTP 429\)/),
      expect.stringMatching(/^passed: the service wants a pause for more than 4s: mail is tried$/),
    ]);
    expect(chat.arrivals).toHaveLength(2);

    expect(ways(mailStage)).toEqual([
      expect.stringMatching(/^passed: recipient: .*550 5\.1\.1 no such user here.*: siren is tried$/),
    ]);
    expect(siren).toEqual(['attempt: attempt 1 by siren', 'sent: sent by siren']);

    // Each was asked, and the alert is the same all the way.
    for (const { arrivals } of [pager, chat]) expect(arrivals.length).toBeGreaterThan(0);
    expect(new Set([...pager.arrivals, ...chat.arrivals, ...last.arrivals].map(idOf)).size).toBe(1);
    expect(last.arrivals).toHaveLength(1);
  },
);

const idOf = ({ body }: { readonly body: string }): unknown =>
  (JSON.parse(body) as { readonly alert?: { readonly id?: string }; readonly id?: string }).id;
