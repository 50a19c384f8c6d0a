import { describe, expect, test } from 'vitest';
import {
  attemptsOf,
  channelOf,
  clearAt,
  minute,
  notificationsOf,
  raiseAt,
  rulesOf,
  settledAt,
  startedAt,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import type { Alert } from '../model/alert.ts';
import { instant } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingInput, AlertingOutput } from './contract.ts';

const hour = 60 * minute;

const oneChannel = (more: Parameters<typeof channelOf>[1] = {}, maxOpen?: number): Alerting =>
  createAlerting(
    rulesOf({ channels: [channelOf('phone', more)], ...(maxOpen === undefined ? {} : { maxOpen }) }),
  );

/** Steps, and answers every attempt with "sent" at once. */
function stepAndSend(alerting: Alerting, input: AlertingInput): AlertingOutput[] {
  const outputs = [...alerting.step(input)];
  for (let attempts = attemptsOf(outputs); attempts.length > 0;) {
    const answers = attempts.flatMap((attempt) => alerting.step(settledAt(input.now, attempt)));
    outputs.push(...answers);
    attempts = attemptsOf(answers);
  }
  return outputs;
}

const alertsOf = (outputs: readonly AlertingOutput[]): Alert[] =>
  outputs.flatMap((output) => (output.type === 'alert' ? [output.alert] : []));

const reasonsOf = (outputs: readonly AlertingOutput[]): string[] =>
  notificationsOf(outputs).map(({ reason }) => reason);

const scopesAfter = (alerting: Alerting, inputs: readonly AlertingInput[]): string[] => {
  const rows = new Map<string, unknown>();
  for (const input of inputs) {
    stepAndSend(alerting, input);
    for (const { scope, key, value } of alerting.changes()) {
      if (value === undefined) rows.delete(`${scope} ${key}`);
      else rows.set(`${scope} ${key}`, value);
    }
  }
  return [...rows.keys()].map((name) => name.slice(0, name.indexOf(' ')));
};

test('what ends once everyone was told is open until then', () => {
  const alerting = oneChannel();
  const [attempt] = attemptsOf(alerting.step(raiseAt(0, { rule: 'disk' })));
  expect(alerting.openAlerts()).toMatchObject([{ rule: 'disk', status: 'open' }]);
  if (attempt === undefined) throw new Error('nothing is sent');
  alerting.step(settledAt(minute, attempt));
  expect(alerting.openAlerts()).toEqual([]);
});

describe('without quiet', () => {
  test('every raise is an alert of its own, told and forgotten', () => {
    const alerting = oneChannel();
    const inputs = [raiseAt(1000), raiseAt(1000), raiseAt(2000)];
    const ids = inputs.flatMap((input) => alertsOf(stepAndSend(oneChannel(), input)).map(({ id }) => id));
    expect(new Set(ids).size).toBe(3);
    expect(scopesAfter(alerting, inputs)).not.toContain('alert');
    expect(alerting.nextWake()).toBeUndefined();
    expect(alerting.counters()).toMatchObject([{ raised: 3, delivered: 3 }]);
  });

  test('it is over when everyone was told, and is not said to be over before', () => {
    const alerting = oneChannel({ resolved: true });
    const begun = alerting.step(raiseAt(1000));
    expect(alertsOf(begun)).toMatchObject([{ status: 'open' }]);
    const [attempt] = attemptsOf(begun);
    if (attempt === undefined) throw new Error('no attempt');
    const told = alerting.step(settledAt(2000, attempt));
    expect(alertsOf(told)).toMatchObject([{ status: 'resolved', resolvedAt: 2000 }]);
    expect(reasonsOf(told)).toEqual(['first']);
  });

  test('an id is ten characters and depends on rule, key and input only', () => {
    const [alert] = alertsOf(oneChannel().step(raiseAt(1000, { seq: 7, line: 'one' })));
    const [same] = alertsOf(oneChannel().step(raiseAt(9000, { seq: 7, line: 'other' })));
    const [other] = alertsOf(oneChannel().step(raiseAt(1000, { seq: 7, ordinal: 1 })));
    expect(alert?.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
    expect(same?.id).toBe(alert?.id);
    expect(other?.id).not.toBe(alert?.id);
  });
});

describe('with quiet', () => {
  const raise = (at: number, key = 'a') => raiseAt(at, { key: [key], quiet: hour });

  test('mutes what comes within it, and tells how many then', () => {
    const alerting = oneChannel();
    stepAndSend(alerting, raise(0));
    const muted = [10, 20, 59].flatMap((minutes) => stepAndSend(alerting, raise(minutes * minute)));
    expect(notificationsOf(muted)).toEqual([]);
    expect(alertsOf(muted).at(-1)).toMatchObject({ raises: 4, mutedSinceTold: 3, status: 'open' });
    const told = stepAndSend(alerting, raise(60 * minute));
    expect(notificationsOf(told)).toMatchObject([
      { reason: 'repeated', suppressed: { count: 3, since: 10 * minute }, state: 'sent' },
    ]);
    expect(alertsOf(told).at(-1)).toMatchObject({ raises: 5, mutedSinceTold: 0, toldAt: hour });
    expect(alerting.counters()).toMatchObject([{ raised: 5, delivered: 2, muted: { quiet: 3 } }]);
  });

  test('is over when nothing came for as long, and the next raise is a new alert', () => {
    const alerting = oneChannel();
    const [first] = alertsOf(stepAndSend(alerting, raise(0)));
    stepAndSend(alerting, raise(30 * minute));
    expect(alerting.nextWake()).toBe(90 * minute);
    const over = alerting.step(tickAt(95 * minute));
    expect(alertsOf(over)).toMatchObject([{ id: first?.id, status: 'resolved', resolvedAt: 90 * minute }]);
    expect(notificationsOf(over)).toEqual([]);
    const next = stepAndSend(alerting, raise(96 * minute));
    expect(reasonsOf(next)).toEqual(['first']);
    expect(alertsOf(next)[0]?.id).not.toBe(first?.id);
  });

  test('keys have alerts of their own', () => {
    const alerting = oneChannel();
    stepAndSend(alerting, raise(0, 'a'));
    expect(reasonsOf(stepAndSend(alerting, raise(1, 'b')))).toEqual(['first']);
  });

  test('worse is told at once, milder is not', () => {
    const alerting = oneChannel();
    stepAndSend(alerting, raise(0));
    const worse = stepAndSend(alerting, raiseAt(1000, { key: ['a'], quiet: hour, severity: 'critical' }));
    expect(notificationsOf(worse)).toMatchObject([{ reason: 'repeated', severity: 'critical' }]);
    expect(notificationsOf(stepAndSend(alerting, raise(2000)))).toEqual([]);
  });

  test('a flood writes few decisions and keeps three short samples', () => {
    const alerting = oneChannel();
    const long = 'x'.repeat(5000);
    const outputs = Array.from({ length: 2000 }, (_, at) =>
      raiseAt(at, { quiet: hour, line: `${at} ${long}` }),
    ).flatMap((input) => stepAndSend(alerting, input));
    const muted = outputs.filter((output) => output.type === 'decision' && output.decision.step === 'muted');
    expect(muted).toHaveLength(4);
    const samples = alertsOf(outputs).at(-1)?.samples ?? [];
    expect(samples.map((sample) => [sample.slice(0, 2), sample.length])).toEqual([
      ['0 ', 1024],
      ['1 ', 1024],
      ['2 ', 1024],
    ]);
  });
});

describe('the end', () => {
  test('is told where the channel can tell it and the alert was told', () => {
    const alerting = createAlerting(
      rulesOf({
        channels: [channelOf('phone'), channelOf('nag', { resolved: true })],
        receivers: { admin: ['phone'], board: ['nag'] },
      }),
    );
    stepAndSend(alerting, raiseAt(0, { clears: true }));
    const over = stepAndSend(alerting, clearAt(5000));
    expect(alertsOf(over)).toMatchObject([{ status: 'resolved', resolvedAt: 5000 }]);
    expect(notificationsOf(over)).toMatchObject([{ reason: 'resolved', channel: 'nag', state: 'sent' }]);
    expect(stepAndSend(alerting, clearAt(6000))).toEqual([]);
    expect(reasonsOf(stepAndSend(alerting, raiseAt(7000, { clears: true })))).toEqual(['first', 'first']);
  });

  test('waits until the beginning was told, and is not told where that never was', () => {
    const alerting = oneChannel({ resolved: true });
    const [attempt] = attemptsOf(alerting.step(raiseAt(0, { clears: true })));
    if (attempt === undefined) throw new Error('no attempt');
    expect(reasonsOf(alerting.step(clearAt(1000)))).toEqual([]);
    const told = alerting.step(settledAt(2000, attempt));
    expect(attemptsOf(told)).toMatchObject([{ reason: 'resolved' }]);

    const unlucky = oneChannel({ resolved: true });
    const [lost] = attemptsOf(unlucky.step(raiseAt(0, { clears: true })));
    if (lost === undefined) throw new Error('no attempt');
    unlucky.step(settledAt(1, lost, { type: 'failed', reason: 'rejected', detail: '' }));
    expect(notificationsOf(unlucky.step(clearAt(1000)))).toEqual([]);
    expect(unlucky.nextWake()).toBeUndefined();
  });

  test('comes by hand, by its id', () => {
    const alerting = oneChannel({ resolved: true });
    const [alert] = alertsOf(stepAndSend(alerting, raiseAt(0, { quiet: hour })));
    const resolve = {
      type: 'resolve',
      now: instant(5000),
      alert: alert?.id ?? '',
      why: 'done by Ada',
    } as const;
    const over = stepAndSend(alerting, resolve);
    expect(reasonsOf(over)).toEqual(['resolved']);
    expect(over).toContainEqual(
      expect.objectContaining({
        decision: expect.objectContaining({ step: 'resolved', text: 'done by Ada' }),
      }),
    );
    expect(stepAndSend(alerting, resolve)).toEqual([]);
  });

  test('a rule that says itself when it is over is not over by silence', () => {
    const alerting = oneChannel();
    stepAndSend(alerting, raiseAt(0, { quiet: minute, clears: true }));
    expect(alerting.step(tickAt(hour))).toEqual([]);
    expect(alertsOf(alerting.step(clearAt(hour)))).toMatchObject([{ status: 'resolved' }]);
  });

  test('too many open alerts: the oldest is closed and that is said', () => {
    const alerting = oneChannel({ resolved: true }, 2);
    const outputs = ['a', 'b', 'c'].flatMap((key, at) =>
      stepAndSend(alerting, raiseAt(at, { key: [key], quiet: hour })),
    );
    expect(alertsOf(outputs).filter(({ status }) => status === 'resolved')).toMatchObject([{ key: ['a'] }]);
    expect(reasonsOf(outputs)).toEqual(['first', 'first', 'first']);
  });
});

describe('a message by hand', () => {
  const send = (to: readonly string[]) =>
    ({ type: 'send', now: instant(0), seq: 1, to, text: 'lunch', severity: 'info' }) as const;
  const rules = rulesOf({
    channels: [channelOf('phone'), channelOf('mail')],
    receivers: { admin: ['phone'], team: ['mail'] },
    routes: [{ when: { fields: {} }, to: ['admin'], continues: false }],
  });

  test('goes to whom it names, else as the routes say', () => {
    expect(attemptsOf(createAlerting(rules).step(send(['team'])))).toMatchObject([{ receiver: 'team' }]);
    expect(attemptsOf(createAlerting(rules).step(send([])))).toMatchObject([{ receiver: 'admin' }]);
  });

  test('is an alert with its text, and says whom it did not find', () => {
    const outputs = createAlerting(rules).step(send(['nobody']));
    expect(alertsOf(outputs)[0]).toMatchObject({ rule: 'sentinel/send', last: { line: 'lunch' } });
    const texts = outputs.flatMap((output) => (output.type === 'decision' ? [output.decision.text] : []));
    expect(texts.join()).toContain('there is no receiver nobody');
  });
});

test('what ends by itself is not told to be over because its rule changed', () => {
  const alerting = oneChannel({ resolved: true });
  const [first] = attemptsOf(alerting.step(raiseAt(0)));
  const alert = first?.alerts[0] ?? '';
  const orphaned = {
    type: 'resolve',
    now: instant(1),
    alert,
    why: 'its rule changed',
    isOrphan: true,
  } as const;
  expect(alerting.step(orphaned)).toEqual([]);
  const told = first === undefined ? [] : alerting.step(settledAt(2, first));
  expect(reasonsOf(told)).toEqual(['first']);
  expect(alertsOf(told)).toMatchObject([{ status: 'resolved', resolvedAt: 2 }]);
});

test('every step of a plain alert can be read', () => {
  const outputs = stepAndSend(oneChannel(), raiseAt(0, { key: ['192.0.2.1'], severity: 'critical' }));
  const said = outputs.flatMap((output) =>
    output.type === 'decision' ? [`${output.decision.step}: ${output.decision.text}`] : [],
  );
  expect(said).toEqual([
    'raised: rule r raised it for 192.0.2.1, critical',
    'routed: to admin (no routes: to all)',
    'queued: for admin by phone',
    'attempt: attempt 1 by phone',
    'sent: sent by phone',
  ]);
});

test('notes and synthetic events are not alerting’s', () => {
  const alerting = oneChannel();
  const note = { type: 'note', code: 'x', text: 'y' } as const;
  expect(alerting.step({ type: 'effect', now: instant(1), effect: note })).toEqual([]);
  expect(alerting.step(startedAt(2))).toEqual([]);
});
