import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Alert, Notification } from '../model/alert.ts';
import { instant } from '../model/time.ts';
import { renderMessage, type MessageInput } from './message.ts';
import { createTemplates, type Template } from './template.ts';
import { smsShape } from './sms-text.ts';
import { plainShape, xDmShape, xPostShape } from './x-text.ts';

const at = (time: string) => instant(Date.parse(`2026-11-20T${time}Z`));

const alert: Alert = {
  id: 'A1B2C3D4E5',
  rule: 'ssh-brute-force',
  key: ['203.0.113.9'],
  severity: 'critical',
  status: 'open',
  raises: 1,
  mutedSinceTold: 0,
  firstAt: at('10:00:03'),
  lastAt: at('10:00:06'),
  last: {
    count: 5,
    first: at('10:00:03'),
    last: at('10:00:06'),
    distinct: ['root', 'admin'],
    fields: { ip: '203.0.113.9', user: 'admin', bytes: 7 },
    host: 'web1',
    program: 'sshd',
    source: 'auth',
    stream: '/var/log/auth.log',
    offset: 0,
    line: 'Nov 20 10:00:06 web1 sshd[7]: Failed password for admin from 203.0.113.9 port 2 ssh2',
  },
  samples: [],
};

const notification: Notification = {
  id: 'N1',
  alerts: [alert.id],
  severity: 'critical',
  receiver: 'ops',
  channel: 'phone',
  hop: 0,
  reason: 'first',
  state: 'sending',
  createdAt: at('10:00:06'),
  dueAt: at('10:00:06'),
  attempt: 1,
  part: 0,
};

const input = (changes: Partial<MessageInput> = {}): MessageInput => ({
  notification,
  alerts: [alert],
  templates: () => undefined,
  shape: plainShape,
  zone: 'UTC',
  now: at('10:00:10'),
  ...changes,
});

const told = (changes: Partial<Notification>, alerts: readonly Alert[] = [alert]) =>
  renderMessage(input({ notification: { ...notification, ...changes }, alerts })).parts.join('\n');

const templates = await createTemplates({ zone: 'UTC' });

function template(source: string): Template {
  const checked = templates.compile(source, undefined, { file: 'x', line: 1, column: 1 });
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

test('a human’s own message is its title, and told whole when it has more than one line', () => {
  const sent = (line: string): Alert => ({
    ...alert,
    rule: 'sentinel/send',
    key: [],
    last: { ...alert.last, line },
  });
  expect(told({}, [sent('hello there')])).toBe('CRITICAL: hello there\n[#A1B2C3] web1 10:00:06');
  expect(told({}, [sent('one\ntwo')])).toBe('CRITICAL: one\n[#A1B2C3] web1 10:00:06\none\ntwo');
  const long = 'word '.repeat(100).trim();
  expect(told({}, [sent(long)])).toContain(`10:00:06\n${long}`);
});

describe('a message that gathered many', () => {
  const summary = {
    cause: 'storm',
    raises: 4812,
    kinds: [['ssh-brute-force', 4812]],
    kindCount: 1,
    first: at('10:00:03'),
    last: at('10:14:33'),
    keys: [['203.0.113.9', 312]],
    keysAreExact: false,
  } as const;

  test('stands for those it does not list', () => {
    expect(told({ reason: 'joined', total: 4812, summary })).toBe(
      [
        'CRITICAL: 4,812 more of 1 kind',
        '[#A1B2C3] first 10:00:03, last 10:14:33',
        '4,812 × ssh-brute-force',
        'most: 203.0.113.9 (at least 312)',
      ].join('\n'),
    );
  });

  test('lists titles when they are all, and says how many are over by now', () => {
    const over = { ...alert, id: 'Z', resolvedAt: at('10:00:08') };
    const words = told({ reason: 'joined', summary: { ...summary, raises: 2 } }, [alert, over]);
    expect(words).toContain('2 × ssh-brute-force 203.0.113.9\n1 of the 2 listed is over');
  });

  test('needs no alert to tell that a storm is over', () => {
    const storm = { since: at('10:00:03'), joined: 9000 };
    const end = {
      ...summary,
      cause: 'storm-over',
      raises: 0,
      kinds: [],
      kindCount: 0,
      keys: [],
      storm,
    } as const;
    expect(told({ reason: 'joined', severity: 'info', alerts: [], summary: end }, [])).toBe(
      'INFO: the storm is over: 9,000 joined in all\n10:00:06',
    );
  });
});

describe('one alert', () => {
  test('with the built-in words', () => {
    expect(renderMessage(input())).toEqual({
      title: 'CRITICAL: ssh-brute-force 203.0.113.9',
      body: `[#A1B2C3] web1 10:00:06\n${alert.last.line}`,
      parts: [`CRITICAL: ssh-brute-force 203.0.113.9\n[#A1B2C3] web1 10:00:06\n${alert.last.line}`],
      severity: 'critical',
      idempotencyKey: 'N1',
      payload: {
        version: 1,
        id: 'A1B2C3D4E5',
        status: 'open',
        reason: 'first',
        rule: 'ssh-brute-force',
        key: ['203.0.113.9'],
        severity: 'critical',
        title: 'ssh-brute-force 203.0.113.9',
        text: alert.last.line,
        count: 5,
        first: '2026-11-20T10:00:03.000Z',
        last: '2026-11-20T10:00:06.000Z',
        host: 'web1',
        program: 'sshd',
        source: 'auth',
        line: alert.last.line,
        fields: alert.last.fields,
        groups: { ip: '203.0.113.9', user: 'admin' },
      },
    });
  });

  test("with its rule's own words", () => {
    const message = renderMessage(
      input({
        templates: (rule) =>
          rule === 'ssh-brute-force'
            ? {
                title: template('SSH brute force from {{ ip }}'),
                text: template(
                  '{{ count }} failures since {{ first | time }}, users {{ distinct | join: ", " }}',
                ),
              }
            : undefined,
      }),
    );
    expect(message.title).toBe('CRITICAL: SSH brute force from 203.0.113.9');
    expect(message.body).toBe('[#A1B2C3] web1 10:00:06\n5 failures since 10:00:03, users root, admin');
    expect(message.payload).toMatchObject({ title: 'SSH brute force from 203.0.113.9' });
  });

  test('whose template does not serve still tells what happened', () => {
    const message = renderMessage(input({ templates: () => ({ text: template('{{ nobody }}') }) }));
    expect(message.body).toContain(alert.last.line);
    expect(message.body).toContain('undefined variable: nobody');
  });

  test('a group that took no part in the match is empty', () => {
    const changes = { templates: () => ({ text: template('to {{ port }}.') }), groups: () => ['port'] };
    expect(renderMessage(input(changes)).body).toBe('[#A1B2C3] web1 10:00:06\nto .');
  });

  test('as a post is one line with nothing to link', () => {
    const [part] = renderMessage(input({ shape: xPostShape })).parts;
    expect(part).toBe(`CRITICAL: ssh-brute-force 203.0.113.9 [A1B2C3] web1 10:00:06 · ${alert.last.line}`);
  });

  test.each<[string, Partial<Notification>]>([
    ['RESOLVED: ssh', { reason: 'resolved' }],
    ['TEST CRITICAL: ssh', { reason: 'test' }],
    ['STILL CRITICAL: ssh', { reason: 'repeated' }],
    ['ESCALATED CRITICAL: ssh', { reason: 'escalated' }],
    ['(seen 37 times since 10:00:03)', { suppressed: { count: 37, since: at('10:00:03') } }],
    ['(seen once before, at 10:00:03)', { suppressed: { count: 1, since: at('10:00:03') } }],
  ])('says %s', (words, changes) => {
    expect(told(changes)).toContain(words);
  });

  test('does not count the one raise that it tells of', () => {
    expect(told({ suppressed: { count: 1, since: alert.lastAt } })).not.toContain('seen');
  });

  test('tells when it was resolved', () => {
    const over: Alert = { ...alert, status: 'resolved', resolvedAt: at('10:20:00') };
    expect(told({ reason: 'resolved' }, [over])).toContain('[#A1B2C3] web1 10:20:00');
    expect(told({ reason: 'first' }, [over])).toContain(
      'CRITICAL: ssh-brute-force 203.0.113.9\n[#A1B2C3] web1 10:00:06 (resolved 10:20:00)',
    );
  });

  test('says of what came late when it happened', () => {
    const late: Alert = { ...alert, lastAt: at('13:00:00') };
    expect(told({}, [late])).toContain('[#A1B2C3] web1 13:00:00 (late: the line is of 10:00:06)');
    expect(told({ reason: 'resolved' }, [late])).not.toContain('late');
    expect(told({}, [{ ...alert, lastAt: at('10:10:06') }])).not.toContain('late');
  });

  test('told again with nothing new, the text still differs', () => {
    const repeated = (now: string) =>
      renderMessage(input({ notification: { ...notification, reason: 'repeated' }, now: at(now) })).parts[0];
    expect(repeated('11:00:06')).not.toBe(repeated('12:00:06'));
  });

  const breaks = ['\r', '\v', '\f', '\u0085', '\u2028', '\u2029'];
  const sms = smsShape({ maxSegments: 9, transliterate: true });
  const shapes = { plainShape, xPostShape, xDmShape, sms };

  test.each(Object.entries(shapes))('a line of a log stays one line (%s)', (_name, shape) => {
    const line = `x${breaks.map((sign) => `${sign}CRITICAL: forged`).join('')}\r`;
    const forging: Alert = { ...alert, key: [line], last: { ...alert.last, host: `web1\n${line}`, line } };
    const { title, parts, payload } = renderMessage(input({ alerts: [forging], shape }));
    const lines = parts.join(' ').split(/[\n\r\v\f\u0085\u2028\u2029]/);
    expect(lines).toHaveLength(shape.layout === 'line' ? 1 : 3);
    expect(`${title}${payload.title}${payload.text}`).not.toMatch(/[\n\r\v\f\u0085\u2028\u2029]/);
  });

  test('a record of several lines keeps them, and a template its own', () => {
    const several: Alert = { ...alert, last: { ...alert.last, line: 'one\r\n  two\r\n' } };
    expect(renderMessage(input({ alerts: [several] })).payload.text).toBe('one\n  two\n');
    const text = template('{{ key }}\n{{ line }}');
    const own = { ...alert, last: { ...alert.last, line: 'one\rtwo' } };
    expect(renderMessage(input({ alerts: [own], templates: () => ({ text }) })).body).toBe(
      '[#A1B2C3] web1 10:00:06\n203.0.113.9\none two',
    );
  });

  test('no length of log text pushes id, host and time out', () => {
    const long: Alert = {
      ...alert,
      key: ['k '.repeat(5000)],
      last: { ...alert.last, line: 'x '.repeat(30_000) },
    };
    const { parts } = renderMessage(input({ alerts: [long], shape: { ...xPostShape, maxParts: 1 } }));
    expect(parts[0]).toContain('[A1B2C3] web1 10:00:06');
    expect(parts).toHaveLength(1);
  });

  test('the groups are those of the rule when they are known', () => {
    const { payload } = renderMessage(input({ groups: () => ['ip'] }));
    expect(payload.groups).toEqual({ ip: '203.0.113.9' });
  });
});

describe('several alerts', () => {
  const many = Array.from({ length: 12 }, (_, i): Alert => ({
    ...alert,
    id: `ALERT${i}0000`,
    rule: ['disk', 'net', 'ssh'][i % 3] ?? '',
    key: [],
    firstAt: instant(at('10:00:03') + i * 1000),
    lastAt: instant(at('10:01:00') + i * 1000),
  }));

  test('are counted by title, and the counts add up', () => {
    expect(told({ reason: 'joined', alerts: many.map(({ id }) => id) }, many)).toBe(
      'CRITICAL: 12 more alerts of 3 rules\n[#ALERT0] first 10:00:03, last 10:01:11\n4 × disk\n4 × net\n4 × ssh',
    );
    const different = many.map((one, i): Alert => ({ ...one, key: [`k${i}`] }));
    const counts = [...told({ reason: 'digest' }, different).matchAll(/^(\d+) × /gm)].map(([, count]) =>
      Number(count),
    );
    expect(counts.reduce((a, b) => a + b)).toBe(12);
  });

  test('the others are named in the payload', () => {
    const { payload } = renderMessage(input({ alerts: many }));
    expect(payload.joined).toHaveLength(11);
    expect(payload.total).toBe(12);
  });

  test('what is not listed is counted too, in title, body and payload', () => {
    const changes = { reason: 'joined', alerts: many.map(({ id }) => id), total: 40_000 } as const;
    const message = renderMessage(
      input({ notification: { ...notification, ...changes }, alerts: many.slice(0, 10) }),
    );
    expect(message.title).toBe('CRITICAL: 40000 more alerts of at least 3 rules');
    expect(message.body).toBe(
      '[#ALERT0] first 10:00:03, last 10:01:09 of the 10 listed\n4 × disk\n3 × net\n3 × ssh\nand 39990 more',
    );
    expect(message.payload).toMatchObject({ total: 40_000, joined: { length: 9 } });
  });

  test('whatever is listed, kept and counted, the numbers add up to what is told', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(20), fc.nat(100), (kept, listed, more) => {
        const alerts = many.slice(0, kept);
        const ids = Array.from({ length: Math.max(kept, listed) }, (_, i) => `ALERT${i}0000`);
        const total = ids.length + more;
        const changes = { reason: 'joined', alerts: ids, ...(more > 0 ? { total } : {}) } as const;
        const message = renderMessage(input({ notification: { ...notification, ...changes }, alerts }));
        if (total === 1) {
          expect(message.payload.total).toBeUndefined();
          return;
        }
        expect(message.title).toContain(`: ${total} more alerts`);
        expect(message.payload.total).toBe(total);
        const counts = [...message.body.matchAll(/^(?:(\d+) × |and (\d+) more$)/gm)];
        expect(counts.reduce((sum, [, count, rest]) => sum + Number(count ?? rest), 0)).toBe(total);
      }),
    );
  });

  test('that are over are told as over', () => {
    expect(told({ reason: 'resolved', alerts: many.map(({ id }) => id) }, many)).toMatch(
      /^RESOLVED: 12 alerts of 3 rules\n\[#ALERT0\] /,
    );
  });

  test('none at all is a message too', () => {
    expect(told({ reason: 'digest', alerts: [] }, [])).toBe('No alerts\n10:00:06');
  });
});
