import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAlerting } from '../alerting/alerting.ts';
import type { AlertingInput } from '../alerting/contract.ts';
import { alertingRules } from '../daemon/alerting-rules.ts';
import { createMatchPorts } from '../daemon/node-ports.ts';
import { createWording } from '../daemon/wording.ts';
import { loadConfig } from '../config/load.ts';
import { createEngine } from '../engine/engine.ts';
import { present } from '../kit/assert.ts';
import { instant, millis } from '../model/time.ts';
import { createExplainer, type Explainer } from './explain.ts';
import { explanationLines } from './explain-text.ts';

const yaml = `
sources: { auth: { file: /var/log/auth.log } }
rules:
  - id: failures
    program: sshd
    match: 'Failed password for (?<user>\\S+) from (?<ip>\\S+)'
    except: [{ field: ip, in: [10.0.0.0/8] }]
    key: [ip]
    count: { reach: 3, within: 5m }
    quiet: 1h
    alert: { severity: critical, title: 'break-in from {{ ip }}' }
  - { id: disk, match: 'I/O error', unless: maintenance, alert: { severity: warning } }
  - { id: begin, match: 'maintenance begins', set: { context: maintenance, for: 2h } }
channels:
  tool: { exec: { command: [/bin/true] } }
  hook: { webhook: { url: 'http://127.0.0.1:1/x' } }
receivers:
  admin: { channels: [tool] }
  team: { channels: [hook], quiet-hours: nights }
quiet-hours: { nights: { from: '22:00', to: '07:00', zone: UTC, hold: [info, warning] } }
routes:
  - { when: { severity: critical }, to: admin, escalate: { after: 15m, to: team } }
  - { to: team }
`;

let dir = '';
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'explain-'))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const match = createMatchPorts();
const now = instant(Date.parse('2026-11-20T23:00:00Z'));

async function explainer(before: readonly AlertingInput[] = [], text = yaml): Promise<Explainer> {
  const path = join(dir, 'sentinel.yaml');
  writeFileSync(path, text);
  const loaded = await loadConfig({ files: [path], match, zone: 'UTC' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const config = loaded.value;
  const channels = new Map(config.channels.map((channel) => [channel.name, channel]));
  const wording = await createWording(
    config.program,
    (name) => present(channels.get(name), name).kind.shape,
    'UTC',
    match,
  );
  const engineOptions = { match, limits: { keysPerRule: 1000 }, late: millis(600_000), sources: ['auth'] };
  const alerting = createAlerting(alertingRules(config));
  for (const input of before) alerting.step(input);
  return createExplainer({
    program: config.program,
    engineOptions,
    engine: createEngine(config.program, engineOptions),
    rows: [],
    alerting,
    alertingRules: alertingRules(config),
    source: { name: 'auth', format: 'auto' },
    zone: 'UTC',
    now,
    clock: 'line',
    nextSeq: 0,
    messageOf: (notification, alert, at) => ({
      message: wording(notification, [alert], at),
      kind: 'exec',
      lengths: [1],
      price: 0.01,
    }),
  });
}

const failure = (ip: string, second = 6): string =>
  `Nov 20 23:00:0${second} web1 sshd[7]: Failed password for root from ${ip}`;

describe('explain', () => {
  test('says what is read, what is found, how far the count is and how many more lines it takes', async () => {
    const { parsed, matched, alerts } = (await explainer()).explain(failure('192.0.2.1'));
    expect(parsed).toMatchObject({
      source: 'auth',
      format: 'rfc3164',
      at: '2026-11-20T23:00:06.000Z',
      isStamped: true,
      host: 'web1',
      program: 'sshd',
      pid: '7',
    });
    expect(matched).toHaveLength(1);
    expect(matched[0]).toMatchObject({
      rule: 'failures',
      found: { user: 'root', ip: '192.0.2.1' },
      key: { ip: '192.0.2.1' },
      outcome: 'window',
      more: 2,
      why: 'it is counted: 1 of 3 wanted within 5m; 2 more such lines raise',
    });
    expect(alerts).toEqual([]);
  });

  test('what one line changes counts for the next, key by key', async () => {
    const explained = await explainer();
    expect(explained.explain(failure('192.0.2.1')).matched[0]?.more).toBe(2);
    expect(explained.explain(failure('192.0.2.1')).matched[0]?.more).toBe(1);
    expect(explained.explain(failure('192.0.2.9')).matched[0]?.more).toBe(2);
    const third = explained.explain(failure('192.0.2.1'));
    expect(third.matched[0]?.outcome).toBe('raised');
    expect(third.alerts).toMatchObject([
      {
        rule: 'failures',
        key: ['192.0.2.1'],
        severity: 'critical',
        isNew: true,
        routing: 'by route 1',
        receivers: [{ receiver: 'admin', state: 'sending', channel: 'tool', cost: 0.01 }],
        escalations: [{ after: 900_000, to: ['team'] }],
      },
    ]);
    expect(third.alerts[0]?.receivers[0]?.parts?.[0]).toContain('break-in from 192.0.2.1');
    const fourth = explained.explain(failure('192.0.2.1', 7));
    expect(fourth.alerts).toMatchObject([
      { isNew: false, receivers: [{ receiver: 'admin', state: 'muted' }] },
    ]);
    expect(fourth.alerts[0]?.receivers[0]?.why).toContain('quiet');
  });

  test('says which exception, which context, which quiet hours keep it from being told', async () => {
    const explained = await explainer();
    expect(explained.explain(failure('10.1.2.3')).matched).toMatchObject([{ outcome: 'excepted' }]);
    const disk = 'Nov 20 23:00:09 web1 kernel: I/O error, dev sda';
    expect(explained.explain(disk).alerts[0]?.receivers).toMatchObject([
      { receiver: 'team', state: 'held', dueAt: '2026-11-21T07:00:00.000Z' },
    ]);
    explained.explain('Nov 20 23:00:10 web1 ops: maintenance begins');
    const later = explained.explain('Nov 20 23:01:00 web1 kernel: I/O error, dev sda');
    expect(later.matched).toMatchObject([
      { rule: 'disk', outcome: 'unless', why: 'held back by unless: maintenance is on' },
    ]);
    expect(later.alerts).toEqual([]);
  });

  test('names the silence that mutes it', async () => {
    const startsAt = instant(now - 1000);
    const endsAt = instant(now + 3_600_000);
    const silence = {
      when: { rule: ['disk'], fields: {} },
      author: 'ann',
      comment: 'new disk',
      startsAt,
      endsAt,
    };
    const explained = await explainer([{ type: 'silence-add', now: startsAt, seq: 1, silence }]);
    const { alerts } = explained.explain('Nov 20 23:00:09 web1 kernel: I/O error, dev sda');
    expect(alerts[0]?.receivers).toMatchObject([{ receiver: 'team', state: 'muted' }]);
    expect(alerts[0]?.receivers[0]?.why).toMatch(/^muted by silence \S+ of ann: new disk$/);
  });

  test('names what comes near, and obeys nothing of the line', async () => {
    const line = 'Nov 20 23:00:06 web1 sshd[7]: Failed password for \u001b[31mroot of 192.0.2.1';
    const explanation = (await explainer()).explain(line);
    expect(explanation.matched).toEqual([]);
    expect(explanation.near).toMatchObject([{ rule: 'failures' }]);
    expect(explanation.near[0]?.missing[0]).toContain('«from »');
    const text = explanationLines(explanation);
    expect(text.join('\n')).toContain('no rule matches');
    expect(text.every((each) => !each.includes('\u001b') && !each.includes('\n'))).toBe(true);
  });
});

describe('time between lines', () => {
  const withRules = (rules: string): Promise<Explainer> =>
    explainer(
      [],
      `sources: { auth: { file: /var/log/auth.log } }
rules:
${rules}
channels: { tool: { exec: { command: [/bin/true] } } }
receivers: { admin: { channels: [tool] } }
routes: [{ to: admin }]
`,
    );
  const at = (time: string, text: string): string => `2026-11-18T${time}Z web1 app[1]: ${text}`;

  test('what a timer raises is told apart from what the line does', async () => {
    const explained = await withRules(`
  - { id: backup, match: started, expect: { match: finished, within: 2h }, alert: {} }
  - { id: nightly, schedule: '0 12 * * *', zone: UTC, alert: {} }`);
    expect(explained.explain(at('10:00:00', 'backup started')).timed).toBeUndefined();
    const later = explained.explain(at('13:00:00', 'backup started'));
    expect(later.timed?.map(({ rule, at: time }) => [rule, time])).toEqual([
      ['nightly', '2026-11-18T12:00:00.000Z'],
      ['backup', '2026-11-18T12:00:00.000Z'],
    ]);
    expect(later.matched).toMatchObject([{ rule: 'backup', outcome: 'waiting' }]);
    expect(later.alerts).toEqual([]);
    expect(explanationLines(later)).toContain('before it, at 2026-11-18T12:00:00.000Z, by a timer:');
  });

  test('silence is missed between two lines', async () => {
    const explained = await withRules('  - { id: beat, absent: { match: alive, for: 10m }, alert: {} }');
    expect(explained.explain(at('10:00:00', 'alive')).timed).toBeUndefined();
    const later = explained.explain(at('10:30:00', 'alive'));
    expect(later.timed).toMatchObject([{ rule: 'beat', at: '2026-11-18T10:10:00.000Z', isNew: true }]);
    expect(later.notes).toEqual(['beat is over since 2026-11-18T10:30:00.000Z: the line came again']);
  });

  test('an alert that is over is not open any more', async () => {
    const explained = await withRules(`
  - { id: full, match: full, alert: { clear: { below: 1, within: 10s } } }
  - { id: hot, match: hot, quiet: 1m, alert: {} }`);
    for (const text of ['full', 'hot'])
      expect(explained.explain(at('10:00:00', text)).alerts).toMatchObject([{ isNew: true }]);
    expect(explained.explain(at('10:00:01', 'hot')).alerts).toMatchObject([{ isNew: false }]);
    const later = explained.explain(at('10:05:00', 'full'));
    expect(later.alerts).toMatchObject([{ isNew: true, receivers: [{ state: 'sending' }] }]);
    expect(later.notes).toEqual(['full is over since 2026-11-18T10:00:10.000Z: no match for 10s']);
    expect(explained.explain(at('10:05:00', 'hot')).alerts).toMatchObject([{ isNew: true }]);
  });

  test('a line that names no time that can be true was written when the one before it was', async () => {
    const explained = await withRules(
      "  - { id: pair, match: 'hot (?<x>on)', key: [x], first: { remember: 1h }, alert: {} }",
    );
    expect(explained.explain(at('10:00:00', 'hot on')).alerts).toHaveLength(1);
    const unstamped = explained.explain('hot on');
    expect(unstamped).toMatchObject({ parsed: { at: '2026-11-18T10:00:00.000Z', isStamped: false } });
    const ahead = explained.explain('2031-01-01T00:00:00Z web1 app[7]: hot on');
    expect(ahead).toMatchObject({ parsed: { at: '2026-11-18T10:00:00.000Z', isImplausible: true } });
    expect(explanationLines(ahead)[1]).toContain('names a time that cannot be true: taken for 2026-11-18');
    // The clock did not leap to the present: what was seen an hour ago at most is still known.
    expect(explained.explain(at('10:00:05', 'hot on')).matched).toMatchObject([{ outcome: 'known' }]);
  });

  test('a rule that goes by receipt counts lines as they come', async () => {
    const explained = await withRules(
      '  - { id: pair, match: hot, time: received, count: { reach: 2, within: 1m }, alert: {} }',
    );
    explained.explain(at('10:00:00', 'hot'));
    expect(explained.explain(at('10:05:00', 'hot')).alerts).toEqual([]);
    expect(explained.explain(at('10:05:30', 'hot')).alerts).toHaveLength(1);
  });

  test('a rule that listens to another has its key from what that one raised', async () => {
    const explained = await withRules(`
  - { id: each, match: 'fail (?<user>\\S+)', key: [user] }
  - id: entry
    key: [user]
    sequence: { within: 1m, steps: [{ rule: each }, { match: 'ok (?<user>\\S+)' }] }
    alert: {}`);
    expect(explained.explain(at('10:00:00', 'fail bob')).matched).toMatchObject([
      { rule: 'each', key: { user: 'bob' } },
      { rule: 'entry', key: { user: 'bob' }, outcome: 'step' },
    ]);
  });

  test('says that after a raise nothing counts for a while, with once', async () => {
    const explained = await withRules(`
  - { id: once, match: hot, count: { reach: 2, within: 1m, once: true }, alert: {} }
`);
    const whyOnce = (time: string): string | undefined =>
      explained.explain(at(time, 'hot')).matched.find(({ rule }) => rule === 'once')?.why;
    expect(whyOnce('10:00:00')).toContain('1 more such line raises');
    expect(whyOnce('10:00:01')).toContain('it raises');
    expect(whyOnce('10:00:02')).toContain('nothing counts until the window of that raise is over');
    expect(whyOnce('10:01:01')).toContain('1 more such line raises');
    expect(whyOnce('09:40:00')).toContain('too late to count');
  });
});
