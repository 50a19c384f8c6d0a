import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { startHttpPeer, type HttpPeer } from './http-peer.ts';
import { run, site, type Running, type Site } from './program.ts';

let at: Site;
let hook: HttpPeer;
let daemon: Running;

const hour = 3_600_000;
/** A time of day as the configuration takes it, by UTC. */
const clock = (ahead: number): string => new Date(Date.now() + ahead).toISOString().slice(11, 16);

beforeAll(async () => {
  at = site();
  hook = await startHttpPeer();
  writeFileSync(at.path('app.log'), '');
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
zone: UTC
rules:
  - { id: delivered, match: 'delivered (?<name>\\w+)', key: [name], alert: { severity: critical } }
  - { id: joined, match: 'joined (?<name>\\w+)', key: [name], alert: {} }
  - { id: muted, match: 'muted (?<name>\\w+)', key: [name], quiet: 1h, alert: {} }
  - { id: held, match: 'held (?<name>\\w+)', key: [name], alert: {} }
  - { id: failed, match: 'failed (?<name>\\w+)', key: [name], alert: {} }
  - { id: passed, match: 'passed (?<name>\\w+)', key: [name], alert: {} }
channels:
  hook: { webhook: { url: '${hook.url}' } }
  narrow: { file: { file: ${at.path('narrow.log')} } }
  bad: { exec: { command: [/bin/sh, -c, 'echo the pager is broken >&2; exit 1'] } }
receivers:
  me: { channels: [hook] }
  few: { channels: [narrow] }
  sleeper: { channels: [hook], quiet-hours: nights }
  nobody: { channels: [bad] }
  chain: { channels: [bad, hook] }
quiet-hours: { nights: { from: '${clock(-2 * hour)}', to: '${clock(2 * hour)}' } }
budgets: { narrow: { per-15m: 2 } }
routes:
  - { when: { rule: joined }, to: few }
  - { when: { rule: held }, to: sleeper }
  - { when: { rule: failed }, to: nobody }
  - { when: { rule: passed }, to: chain }
  - { to: me }
`);
  await run(at.args('silences', 'add', 'rule=muted', '--for', '2h', '--comment', 'new disk'));
  daemon = await at.daemon();
  const names = [
    'delivered a',
    'joined a',
    'joined b',
    'joined c',
    'joined d',
    'muted a',
    'held a',
    'failed a',
    'passed a',
  ];
  appendFileSync(at.path('app.log'), names.map((name) => `${name}\n`).join(''));
  await eventually(() => hook.arrivals.length >= 2, 'what is delivered and what is passed on');
});
afterAll(async () => {
  await daemon.kill('SIGTERM');
  await hook.stop();
  at.remove();
});

/** The story of the newest alert of a rule, without times and ids, once it has come to this. */
async function story(rule: string, end: string): Promise<readonly string[]> {
  let told: readonly string[] = [];
  const hasEnded = async (): Promise<boolean> => {
    const alerts = await at.json('alerts', 'list', '--rule', rule);
    const { stdout } = await run(at.args('alerts', 'why', String(alerts[0]?.['id'])));
    told = stdout.trimEnd().split('\n').map(plain);
    return told.some((line) => line.startsWith(end));
  };
  await eventually(hasEnded, `"${end}" in the story of ${rule}`);
  return told;
}

const plain = (line: string): string =>
  line
    .replace(/^\d{4}-\d\d-\d\d [\d:]+\.\d{3} {2}(\S+) +/, '$1: ')
    .replaceAll(/\d{4}-\d\d-\d\d [\d:]+\.\d{3}/g, 'TIME')
    .replaceAll(/\b[0-9A-HJKMNP-TV-Z]{10}\b/g, 'ID');

describe('alerts why tells', () => {
  test('of one that was delivered', async () => {
    expect((await story('delivered', 'sent:')).slice(2)).toEqual([
      expect.stringMatching(/^from app .*\/app\.log at byte 0:$/),
      '  | delivered a',
      'raised: rule delivered raised it for a, critical',
      'routed: to me (by route 5)',
      'queued: for me by hook',
      'attempt: attempt 1 by hook',
      'sent: sent by hook',
    ]);
  });

  test('of one that was joined with others, and what became of them', async () => {
    expect((await story('joined', 'sent:')).slice(4)).toEqual([
      'raised: rule joined raised it for d, warning',
      'routed: to few (by route 1)',
      'queued: for few by narrow',
      expect.stringMatching(
        /^joined: joined with \d others? for few: \d were waiting and the budget has room for 1$/,
      ),
      'attempt: attempt 1 by narrow',
      'sent: sent by narrow',
    ]);
  });

  test('of one that is muted', async () => {
    expect((await story('muted', 'muted:')).slice(4)).toEqual([
      'raised: rule muted raised it for a, warning',
      expect.stringMatching(/^muted: silence ID by \S+ \(new disk\) until TIME: 1 muted so far$/),
    ]);
  });

  test('of one that is held, and until when', async () => {
    expect((await story('held', 'waits:')).slice(4)).toEqual([
      'raised: rule held raised it for a, warning',
      'routed: to sleeper (by route 2)',
      'queued: for sleeper by hook',
      'held: quiet-hours nights: held until TIME',
      'waits: held to sleeper by hook, attempt 0, next at TIME: quiet-hours nights: held until TIME',
    ]);
  });

  test('of one that failed, in the words of who refused it', async () => {
    expect((await story('failed', 'dead:')).slice(4)).toEqual([
      'raised: rule failed raised it for a, warning',
      'routed: to nobody (by route 3)',
      'queued: for nobody by bad',
      'attempt: attempt 1 by bad',
      'dead: given up: rejected: exit code 1: the pager is broken',
    ]);
  });

  test('of one that was passed on', async () => {
    expect((await story('passed', 'sent:')).slice(4)).toEqual([
      'raised: rule passed raised it for a, warning',
      'routed: to chain (by route 4)',
      'queued: for chain by bad',
      'attempt: attempt 1 by bad',
      'passed: rejected: exit code 1: the pager is broken: hook is tried',
      'queued: for chain by hook, instead of ID',
      'attempt: attempt 1 by hook',
      'sent: sent by hook',
    ]);
  });
});
