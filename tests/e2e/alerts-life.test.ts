import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { startHttpPeer, type HttpPeer } from './http-peer.ts';
import { run, site, type Running, type Site } from './program.ts';

let at: Site;
let hook: HttpPeer;
const running: Running[] = [];

beforeEach(async () => {
  at = site();
  hook = await startHttpPeer();
  writeFileSync(at.path('app.log'), '');
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules:
  - { id: disk, match: 'disk (?<name>\\w+) host=(?<host>\\w+)', key: [name], quiet: 1h, alert: { severity: critical } }
  - { id: alone, match: 'alone (?<name>\\w+)', key: [name], alert: { severity: critical } }
  - { id: burst, match: 'burst (?<name>\\w+)', key: [name], alert: {} }
  - { id: slow, match: 'slow (?<name>\\w+)', key: [name], alert: {} }
  - { id: tight, match: 'tight (?<name>\\w+)', key: [name], alert: {} }
  - { id: broken, match: 'broken', alert: {} }
  - { id: fallback, match: 'fallback', alert: {} }
channels:
  hook: { webhook: { url: '${hook.url}' } }
  bad: { exec: { command: [/bin/false] } }
  tight: { file: { file: ${at.path('tight.log')} } }
  spare: { file: { file: ${at.path('spare.log')} } }
receivers: { me: { channels: [hook] }, lost: { channels: [bad] }, chain: { channels: [bad, spare] }, narrow: { channels: [tight] } }
budgets: { tight: { per-15m: 1 } }
limits: { max-waiting: 2 }
routes:
  - { when: { rule: tight }, to: narrow }
  - { when: { rule: broken }, to: lost }
  - { when: { rule: fallback }, to: chain }
  - { when: { rule: burst }, to: me, group: { by: rule, wait: 1s, every: 1s } }
  - { when: { rule: slow }, to: me, group: { by: rule, wait: 1h, every: 1h } }
  - { to: me }
`);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.kill('SIGTERM')));
  await hook.stop();
  at.remove();
});

const write = (...lines: readonly string[]): void =>
  appendFileSync(at.path('app.log'), lines.map((line) => `${line}\n`).join(''));

const startDaemon = async (): Promise<void> => void running.push(await at.daemon());

const say = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await run(at.args(...args));
  expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
};

const idOf = async (rule: string): Promise<string> => {
  const [alert] = await at.json('alerts', 'list', '--rule', rule);
  return String(alert?.['id'] ?? '');
};

/** `alerts why` in the words that a person reads, without the times. */
const why = async (id: string): Promise<readonly string[]> =>
  (await say('alerts', 'why', id))
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .replace(/^\d{4}-\d\d-\d\d [\d:]+\.\d{3} {2}(\S+) +/, '$1: ')
        .replaceAll(/\d{4}-\d\d-\d\d [\d:]+\.\d{3}/g, 'TIME'),
    );

const arrived = (count: number) => eventually(() => hook.arrivals.length >= count, `${count} messages`);

const whyHolds = (id: string, text: string) =>
  eventually(
    async () => (await decisions(id)).some((line) => line.includes(text)),
    `"${text}" in the decisions on ${id}`,
  );

/** What `alerts why` tells, without a program that is started for it. */
const decisions = async (id: string): Promise<readonly string[]> =>
  (await at.look((ledger) => ledger.decisionsOf(id).map(({ step, text }) => `${step}: ${text}`))) ?? [];

describe('the life of an alert, by the daemon', () => {
  test('delivered, acknowledged, muted, resolved, and a new one afterwards', async () => {
    await startDaemon();
    write('disk sda host=web1');
    await arrived(1);
    const id = await idOf('disk');
    await whyHolds(id, 'sent by hook');
    expect(await say('alerts', 'ack', id.slice(0, 5).toLowerCase(), '--note', 'new disk is ordered')).toBe(
      `${id} acknowledged\n`,
    );
    write('disk sda host=web1');
    await whyHolds(id, 'muted:');
    expect(await say('alerts', 'resolve', `#${id}`, '--why', 'replaced')).toBe(`${id} resolved\n`);
    await arrived(2);
    await eventually(
      async () => (await decisions(id)).at(-1)?.startsWith('sent: ') === true,
      'the end to be told',
    );
    const steps = await why(id);
    expect(steps.slice(1, 4)).toEqual([
      `${id}  critical  disk  sda`,
      expect.stringMatching(/^from app .*app\.log at byte \d+:$/),
      '  | disk sda host=web1',
    ]);
    expect(steps.slice(4)).toEqual([
      'raised: rule disk raised it for sda, critical',
      'routed: to me (by route 6)',
      'queued: for me by hook',
      'attempt: attempt 1 by hook',
      expect.stringMatching(/^sent: sent by hook/),
      expect.stringMatching(/^acknowledged: \S+ takes care of it: new disk is ordered$/),
      expect.stringMatching(/^muted: .*takes care of it.*: 1 muted so far$/),
      expect.stringMatching(/^resolved: resolved by \S+: replaced/),
      'queued: its end, for me by hook',
      'attempt: attempt 1 by hook',
      expect.stringMatching(/^sent: sent by hook/),
    ]);
    const again = await run(at.args('alerts', 'ack', id));
    expect(again).toMatchObject({ code: 1, stderr: `bird-sentinel: alert ${id} is over\n` });
    write('disk sda host=web1');
    await arrived(3);
    expect(await idOf('disk')).not.toBe(id);
  });

  test('silenced, and told when the silence is ended', async () => {
    await startDaemon();
    const [added] = await at.json(
      'silences',
      'add',
      'rule=di*',
      'host=web1',
      '--for',
      '2h',
      '--comment',
      'moving',
    );
    const silence = String(added?.['silence']);
    write('disk sda host=web1', 'alone x');
    await arrived(1);
    const id = await idOf('disk');
    await whyHolds(id, `muted: silence ${silence} by `);
    expect(hook.arrivals).toHaveLength(1);
    expect(await say('silences', 'list')).toMatch(
      new RegExp(
        `^times of UTC\\n${silence}  in force  until [\\d-]+ [\\d:.]+  lasts 2h  muted 1  rule=di\\* host=web1  \\S+: moving\\n$`,
      ),
    );
    expect(await at.json('silences', 'list')).toMatchObject([
      {
        version: 1,
        id: silence,
        muted: 1,
        active: true,
        comment: 'moving',
        when: { fields: { host: ['web1'] } },
      },
    ]);
    expect(await say('status')).toContain('1 silence(s)');
    await say('silences', 'expire', silence.slice(0, 4));
    await arrived(2);
    await whyHolds(id, `kept: silence ${silence} is over: it is open and nobody heard of it`);
    expect(await say('silences', 'list')).toBe('no silences\n');
  });

  test('held, joined, given up and passed on', async () => {
    await startDaemon();
    write('slow x', 'burst a', 'burst b', 'broken', 'fallback', 'tight a', 'tight b', 'tight c', 'tight d');
    await arrived(1);
    const held = await why(await idOf('slow'));
    expect(held).toContainEqual(expect.stringMatching(/^held: .*group/));
    expect(held.at(-1)).toMatch(/^waits: held to me by hook, attempt 0, next at TIME/);
    const joined = await at.json('alerts', 'list', '--rule', 'burst');
    expect(joined).toHaveLength(2);
    for (const { id } of joined) await whyHolds(String(id), 'sent: sent by hook');
    const texts = await Promise.all(joined.map(async ({ id }) => (await why(String(id))).join('\n')));
    for (const text of texts) expect(text).toMatch(/\nheld: .*group/);
    expect(hook.arrivals.filter(({ body }) => body.includes('burst'))).toHaveLength(1);
    const [, crowded] = await at.json('alerts', 'list', '--rule', 'tight');
    await whyHolds(String(crowded?.['id']), 'joined: joined with 2 others for narrow: ');
    const failed = await idOf('broken');
    await whyHolds(failed, 'dead: ');
    expect((await why(failed)).at(-1)).toMatch(/^dead: .*exit/i);
    const passed = await idOf('fallback');
    await whyHolds(passed, 'sent: sent by spare');
    expect(await why(passed)).toContainEqual(expect.stringMatching(/^passed: .*spare/));
    expect(await at.json('alerts', 'list', '--undelivered')).toMatchObject([{ id: failed }]);
    expect(await at.json('alerts', 'list', '--severity', 'critical')).toEqual([]);
    expect(await at.json('alerts', 'list', '--since', '2h', '--severity', 'warning')).toHaveLength(9);
  });

  test('status tells of channels and of both sums', async () => {
    await startDaemon();
    write('disk sda host=web1', 'broken');
    await arrived(1);
    await whyHolds(await idOf('broken'), 'dead: ');
    await whyHolds(await idOf('disk'), 'sent: ');
    const text = await say('status');
    expect(text).toContain('  disk    1 = 1 + 0\n');
    expect(text).toContain('  me  disk  1 = 1 + 0 + 0 + 0 + 0 + 0\n');
    expect(text).toContain('  lost  broken  1 = 0 + 0 + 0 + 0 + 0 + 1\n');
    expect(text).toContain('  hook (webhook): works\n');
    expect(text).not.toContain('DOES NOT HOLD');
    const [status] = await at.json('status');
    expect(status).toMatchObject({
      version: 1,
      breaches: [],
      channels: expect.arrayContaining([
        { name: 'hook', kind: 'webhook', state: 'working', waiting: 0, underWay: 0, budgets: [] },
      ]),
    });
  });
});

describe('the life of an alert, without a daemon', () => {
  test('the same commands take the lock, and deliver what comes of them', async () => {
    const [added] = await at.json('silences', 'add', 'rule=disk', '--for', '2h', '--comment', 'moving');
    const silence = String(added?.['silence']);
    write('disk sda host=web1', 'disk sdb host=web1', 'alone x');
    await say('run', '--once');
    expect(hook.arrivals).toHaveLength(1);
    expect(await at.json('silences', 'list')).toMatchObject([{ id: silence, muted: 2 }]);
    const [sdb, sda] = await at.json('alerts', 'list', '--rule', 'disk');
    await say('alerts', 'ack', String(sda?.['id']));
    await say('silences', 'expire', silence);
    expect(hook.arrivals).toHaveLength(2);
    expect(hook.arrivals[1]?.body).toContain(String(sdb?.['id']));
    await say('alerts', 'resolve', String(sdb?.['id']));
    expect(await at.json('alerts', 'list', '--open')).toMatchObject([
      { id: sda?.['id'], ack: { author: expect.any(String) } },
    ]);
    expect(readFileSync(at.path('app.log'), 'utf8')).toContain('sda');
  });

  test('a silence that cannot be is refused', async () => {
    const wrong = [
      [['rule', '--for', '2h', '--comment', 'x'], 'is not of the form FIELD=TEXT'],
      [['rule=x', '--for', 'long', '--comment', 'x'], '--for takes a length of time'],
      [['rule=x', '--for', '2h', '--comment', ' '], '--comment is empty'],
      [['rule=x', '--for', '2h', '--start', 'soon', '--comment', 'x'], '--start takes a time'],
      [['rule=x', '--for', '2h', '--start', '2020-01-01', '--comment', 'x'], 'would have ended'],
      [['severity=bad', '--for', '2h', '--comment', 'x'], 'severity is one of'],
    ] as const;
    for (const [args, complaint] of wrong) {
      const { code, stderr } = await run(at.args('silences', 'add', ...args));
      expect(code, stderr).toBe(2);
      expect(stderr).toContain(complaint);
    }
  });
});
