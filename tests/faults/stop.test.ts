import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startHttpPeer, type HttpPeer } from '../e2e/http-peer.ts';
import { run, site, type Running, type Site } from '../e2e/program.ts';
import { eventually } from '../peers/eventually.ts';

let at: Site;
let peer: HttpPeer;
let held: ServerResponse[];
beforeEach(async () => {
  at = site();
  held = [];
  peer = await startHttpPeer();
  peer.answer((_, response) => void held.push(response));
  writeFileSync(at.path('app.log'), 'one needle\n');
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules: [{ id: needle, match: needle, alert: {} }]
channels: { hook: { webhook: { url: '${peer.url}' } } }
receivers: { all: { channels: [hook] } }
`);
});
afterEach(async () => {
  await peer.stop();
  at.remove();
});

/** A daemon whose message the peer has, and does not answer. */
async function sending(): Promise<Running> {
  const daemon = await at.daemon();
  await eventually(() => held.length === 1, 'the message');
  return daemon;
}

const states = async (): Promise<{ readonly [state: string]: number }> => {
  const { stdout } = await run(at.args('--json', 'status'));
  const status = JSON.parse(stdout) as { ledger: { byState: { [state: string]: number } } };
  return Object.fromEntries(Object.entries(status.ledger.byState).filter(([, count]) => count > 0));
};

test.each(['SIGTERM', 'SIGINT'] as const)('%s: what is being sent is sent before the end', async (signal) => {
  const daemon = await sending();
  const ended = daemon.kill(signal);
  await eventually(() => daemon.output().stderr.includes('"stopping"'), 'the stop to begin');
  expect(daemon.child.exitCode).toBeNull();
  for (const response of held) response.end('ok');
  expect(await ended).toMatchObject({ code: 0, signal: null });
  expect(await states()).toEqual({ sent: 1 });

  const second = await at.daemon();
  await second.kill('SIGTERM');
  expect(peer.arrivals).toHaveLength(1);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a second %s ends at once, and nothing is lost by it',
  async (signal) => {
    const daemon = await sending();
    const ended = daemon.kill(signal);
    await eventually(() => daemon.output().stderr.includes('"stopping"'), 'the stop to begin');
    daemon.child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal: 'SIGKILL' });

    peer.answer((_, response) => void response.end('ok'));
    const second = await at.daemon();
    await eventually(async () => (await at.status())?.ledger.byState['sent'] === 1, 'the message to be sent');
    await second.kill('SIGTERM');
    const keys = peer.arrivals.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  },
);
