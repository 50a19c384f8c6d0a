import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { startHttpPeer, type HttpPeer } from './http-peer.ts';
import { run, site, type Site } from './program.ts';

let at: Site;
let hook: HttpPeer;

beforeEach(async () => {
  at = site();
  hook = await startHttpPeer();
  at.configure(`
sources: { app: { file: ${at.path('app.log')} } }
rules: [{ id: disk, match: disk, alert: {} }]
channels:
  hook: { webhook: { url: '${hook.url}' } }
  bad: { exec: { command: [/bin/false] } }
receivers: { me: { channels: [bad, hook] }, lost: { channels: [bad] } }
routes:
  - { when: { severity: critical }, to: me, continue: true, repeat: 1h, escalate: { after: 15m, to: lost } }
  - { when: { rule: 'disk*', host: [web1, 'db*'] }, to: lost, group: { by: rule } }
heartbeat: { every: 1s, to: ['${hook.url}/alive', ${at.path('alive')}] }
`);
});
afterEach(async () => {
  await hook.stop();
  at.remove();
});

describe('drill', () => {
  test('goes the real way, is marked as a test, and shows each step with its time', async () => {
    const { code, stdout, stderr } = await run(at.args('drill', 'me'));
    expect(code, stderr).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('me: sent by hook');
    expect(lines.slice(1).map((line) => line.replace(/^ {2}\+\d+ ms +(\S+) .*$/, '$1'))).toEqual([
      'queued',
      'attempt',
      'passed',
      'queued',
      'attempt',
      'sent',
    ]);
    const bodies = hook.arrivals.map(({ body }) => JSON.parse(body) as { readonly rule: string });
    const test = bodies.find(({ rule }) => rule === 'sentinel/drill');
    expect(test).toMatchObject({ reason: 'test', severity: 'warning' });
    expect(JSON.stringify(test)).toContain('TEST WARNING');
    // That one channel of the chain failed is told by the other.
    expect(bodies.find(({ rule }) => rule === 'sentinel/drill-failed')).toMatchObject({
      severity: 'critical',
      key: ['me', 'bad'],
      line: expect.stringMatching(/^the drill for me did not get through by channel bad: /),
    });
  });

  test('says by its exit code that somebody was not reached, also with a daemon', async () => {
    const daemon = await at.daemon();
    const printed = await at.json('drill');
    expect(printed).toMatchObject([
      { version: 1, receiver: 'me', state: 'sent', channel: 'hook' },
      { version: 1, receiver: 'lost', state: 'dead', channel: 'bad' },
    ]);
    expect(await run(at.args('drill', 'lost'))).toMatchObject({ code: 1 });
    expect(await run(at.args('drill', 'nobody'))).toMatchObject({ code: 2 });
    await daemon.kill('SIGTERM');
  });
});

describe('routes test', () => {
  test('shows which routes match and who would hear, and tells nobody', async () => {
    await run(at.args('silences', 'add', 'host=db7', '--for', '1h', '--comment', 'moving'));
    const { code, stdout } = await run(
      at.args('routes', 'test', 'rule=disk', 'severity=critical', 'host=db7'),
    );
    expect(code).toBe(0);
    expect(stdout.replace(/silence \S+ of [^:\s]+/, 'silence ID of SOMEBODY')).toBe(`\
route 1 (severity critical): matches, and goes on
route 2 (rule disk*, host web1 or db*): matches
me (by route 1 and 2): by bad, then hook, each after 2m without success
  told again after 1h, until somebody acknowledges it
lost (by route 1 and 2): by bad
  grouped by rule: waits 30s for others, then at most every 5m
after 15m without an acknowledgement also to lost
MUTED NOW by silence ID of SOMEBODY: moving
`);
    expect(await at.json('routes', 'test', 'rule=other')).toMatchObject([
      { why: 'no route matches: to all', routes: [{ matches: false }, { matches: false }] },
    ]);
    expect(await run(at.args('routes', 'test', 'severity=bad'))).toMatchObject({ code: 2 });
    expect(hook.arrivals).toEqual([]);
  });
});

describe('heartbeat', () => {
  test('beats while the daemon runs, and its failure is an alert', async () => {
    hook.answer((request, response) => response.writeHead(request.url === '/hook/alive' ? 500 : 200).end());
    const daemon = await at.daemon();
    await eventually(() => hook.arrivals.length >= 2, 'two beats');
    await at.decided('sentinel/heartbeat', 'raised: ');
    const alerts = await at.json('alerts', 'list', '--rule', 'sentinel/heartbeat');
    expect(alerts).toHaveLength(1);
    expect(JSON.stringify(alerts)).not.toContain('/hook/alive');
    expect(Date.parse(readFileSync(at.path('alive'), 'utf8').trim())).toBeGreaterThan(0);
    await daemon.kill('SIGTERM');
  });
});
