import { describe, expect, test } from 'vitest';
import {
  channelOf,
  minute,
  notificationsOf,
  raiseAt,
  rulesOf,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { alertsOf, decisionsOf, restored, stepAndSend } from '../../tests/property/alerting-play.ts';
import { instant, millis } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingInput, SilenceRequest } from './contract.ts';
import { silenceId } from './silence.ts';

const hour = 60 * minute;
const rules = rulesOf({ channels: [channelOf('phone')] });

const silenceAt = (now: number, more: Partial<SilenceRequest> = {}, seq = 1): AlertingInput => ({
  type: 'silence-add',
  now: instant(now),
  seq,
  silence: {
    when: { rule: ['disk*'], fields: {} },
    author: 'ada',
    comment: 'new disks',
    startsAt: instant(now),
    endsAt: instant(now + 2 * hour),
    ...more,
  },
});

const begun = (input: AlertingInput = silenceAt(0)): Alerting => {
  const alerting = createAlerting(rules);
  alerting.step(input);
  return alerting;
};

const linesOf = (alerting: Alerting, at: number): string[] =>
  alertsOf(stepAndSend(alerting, tickAt(at)))
    .filter(({ status }) => status === 'open')
    .map(({ rule, last }) => `${rule}: ${last.line}`);

describe('a silence', () => {
  test('mutes what it is for and nothing else, and says so in every life', () => {
    const alerting = begun();
    const muted = stepAndSend(alerting, raiseAt(minute, { rule: 'disk-full' }));
    expect(notificationsOf(muted)).toEqual([]);
    expect(decisionsOf(muted, 'muted')).toEqual([
      `silence ${silenceId(1)} by ada (new disks) until 1970-01-01T02:00:00.000Z: 1 muted so far`,
    ]);
    expect(notificationsOf(stepAndSend(alerting, raiseAt(minute, { rule: 'net' })))).toHaveLength(1);
    expect(alerting.counters()).toMatchObject([
      { rule: 'disk-full', raised: 1, muted: { silenced: 1 } },
      { rule: 'net', raised: 1, delivered: 1, muted: {} },
    ]);
    expect(alerting.silences()).toMatchObject([{ id: silenceId(1), muted: 1 }]);
  });

  test('looks at fields and severities too', () => {
    const when = { severity: ['warning'], fields: { host: ['db*'] } } as const;
    const alerting = begun(silenceAt(0, { when }));
    const told = (fields: { host: string }, severity: 'warning' | 'critical'): number =>
      notificationsOf(stepAndSend(alerting, raiseAt(1, { fields, severity }))).length;
    expect(told({ host: 'db1' }, 'warning')).toBe(0);
    expect(told({ host: 'db1' }, 'critical')).toBe(1);
    expect(told({ host: 'web1' }, 'warning')).toBe(1);
  });

  test('holds from its start until its end, which is not in it', () => {
    const alerting = begun(silenceAt(0, { startsAt: instant(10), endsAt: instant(20) }));
    const told = (at: number): number =>
      notificationsOf(stepAndSend(alerting, raiseAt(at, { rule: 'disk' }))).length;
    expect([9, 10, 19, 20].map(told)).toEqual([1, 0, 0, 1]);
  });

  test('that would never hold is refused, and so is one too many', () => {
    expect(begun(silenceAt(50, { endsAt: instant(50) })).silences()).toEqual([]);
    expect(begun(silenceAt(50, { startsAt: instant(80), endsAt: instant(70) })).silences()).toEqual([]);
    const alerting = createAlerting({ ...rules, maxSilences: 1 });
    alerting.step(silenceAt(0, {}, 1));
    alerting.step(silenceAt(0, {}, 2));
    expect(alerting.silences().map(({ id }) => id)).toEqual([silenceId(1)]);
  });

  test('is told a quarter of an hour before its end, or as early as was asked for', () => {
    const alerting = begun();
    stepAndSend(alerting, raiseAt(5, { rule: 'disk' }));
    expect(alerting.nextWake()).toBe(105 * minute);
    expect(linesOf(alerting, 105 * minute)).toEqual([
      `sentinel/silence-ending: silence ${silenceId(1)} by ada (new disks) ends at 1970-01-01T02:00:00.000Z; it muted 1 raises so far`,
    ]);
    expect(linesOf(alerting, 106 * minute)).toEqual([]);
    const asked = begun(silenceAt(0, { remind: millis(minute) }));
    expect(asked.nextWake()).toBe(119 * minute);
    expect(begun(silenceAt(0, { endsAt: instant(30 * minute) })).nextWake()).toBe(30 * minute);
  });

  test('that muted nothing says so at its end; one that did says nothing', () => {
    const unused = begun(silenceAt(0, { endsAt: instant(minute) }));
    expect(linesOf(unused, minute)).toEqual([
      `sentinel/silence-unused: silence ${silenceId(1)} by ada (new disks) ended at 1970-01-01T00:01:00.000Z and muted nothing: was it meant for something else?`,
    ]);
    expect(unused.silences()).toEqual([]);
    const used = begun(silenceAt(0, { endsAt: instant(minute) }));
    stepAndSend(used, raiseAt(5, { rule: 'disk' }));
    expect(linesOf(used, minute)).toEqual([]);
  });

  test('does not mute what is said about silences', () => {
    const alerting = begun(silenceAt(0, { when: { fields: {} }, endsAt: instant(minute) }));
    expect(notificationsOf(alerting.step(tickAt(minute)))).toHaveLength(1);
  });

  test('can be ended by hand, without a word', () => {
    const alerting = begun();
    const ended = alerting.step({ type: 'silence-expire', now: instant(minute), silence: silenceId(1) });
    expect(ended).toEqual([]);
    expect(alerting.silences()).toEqual([]);
    expect(alerting.nextWake()).toBeUndefined();
    expect(notificationsOf(alerting.step(raiseAt(minute, { rule: 'disk' })))).toHaveLength(1);
  });

  test('survives a restart with what it counted', () => {
    const alerting = begun();
    stepAndSend(alerting, raiseAt(5, { rule: 'disk' }));
    const again = restored(rules, alerting);
    expect(again.silences()).toEqual(alerting.silences());
    expect(again.nextWake()).toBe(alerting.nextWake());
  });
});

describe('what is open and was never told', () => {
  const open = (at: number) => raiseAt(at, { rule: 'disk', quiet: 5 * hour });

  test('is told when the silence is over, with how often it was raised', () => {
    const alerting = begun();
    const [alert] = alertsOf(stepAndSend(alerting, open(minute)));
    expect(alert).toMatchObject({ mutedSinceTold: 1 });
    expect(alert?.toldAt).toBeUndefined();
    stepAndSend(alerting, open(2 * minute));
    stepAndSend(alerting, tickAt(105 * minute));
    const told = notificationsOf(stepAndSend(alerting, tickAt(2 * hour)));
    expect(told).toMatchObject([
      { reason: 'first', alerts: [alert?.id], suppressed: { count: 2, since: minute }, state: 'sent' },
    ]);
    expect(alerting.counters()).toMatchObject([
      { rule: 'disk', raised: 2, muted: { silenced: 2 }, delivered: 0 },
      { rule: 'sentinel/silence-ending', delivered: 1 },
    ]);
    // From here on it is quiet.
    expect(notificationsOf(stepAndSend(alerting, open(2 * hour + minute)))).toEqual([]);
  });

  test('is not told when it was told before, or another silence holds', () => {
    const alerting = createAlerting(rules);
    stepAndSend(alerting, open(0));
    stepAndSend(alerting, silenceAt(0, { endsAt: instant(minute) }, 1));
    stepAndSend(alerting, silenceAt(0, { when: { rule: ['dis?'], fields: {} } }, 2));
    stepAndSend(alerting, open(10));
    stepAndSend(alerting, raiseAt(10, { rule: 'disk', key: ['b'], quiet: 5 * hour }));
    expect(notificationsOf(stepAndSend(alerting, tickAt(minute)))).toEqual([]);
  });

  test('is told by its next raise as the first message', () => {
    const alerting = begun(silenceAt(0, { when: { fields: { host: ['a'] } } }));
    stepAndSend(alerting, raiseAt(1, { quiet: hour, fields: { host: 'a' } }));
    const told = stepAndSend(alerting, raiseAt(2, { quiet: hour, fields: { host: 'b' } }));
    expect(notificationsOf(told)).toMatchObject([{ reason: 'first', suppressed: { count: 1, since: 1 } }]);
  });
});
