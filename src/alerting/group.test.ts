import { describe, expect, test } from 'vitest';
import {
  channelOf,
  minute,
  notificationsOf,
  raiseAt,
  rulesOf,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { decisionsOf, restored, stepAndSend } from '../../tests/property/alerting-play.ts';
import { millis } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';

const second = 1000;
const group = { by: ['rule'], wait: millis(30 * second), every: millis(5 * minute) };
const rules = rulesOf({
  channels: [channelOf('phone'), channelOf('mail')],
  receivers: { admin: ['phone'], team: ['mail'] },
  routes: [
    { when: { fields: {} }, to: ['team'], continues: true, group },
    { when: { fields: {} }, to: ['admin'], continues: false },
  ],
});

const toTeam = (alerting: Alerting, input: ReturnType<typeof tickAt>) =>
  notificationsOf(stepAndSend(alerting, input)).filter(({ receiver }) => receiver === 'team');

describe('a group', () => {
  test('waits for others of the same, and never across receivers', () => {
    const alerting = createAlerting(rules);
    const first = stepAndSend(alerting, raiseAt(0, { key: ['a'] }));
    expect(notificationsOf(first)).toMatchObject([
      { receiver: 'team', state: 'held', dueAt: 30 * second },
      { receiver: 'admin', state: 'sent' },
    ]);
    expect(decisionsOf(first, 'held')).toEqual(['group r: waits for others until 1970-01-01T00:00:30.000Z']);
    stepAndSend(alerting, raiseAt(10 * second, { key: ['b'] }));
    stepAndSend(alerting, raiseAt(20 * second, { key: ['b'], severity: 'critical' }));
    stepAndSend(alerting, raiseAt(20 * second, { rule: 'other' }));
    expect(alerting.counters()).toMatchObject([
      { rule: 'other', receiver: 'admin', delivered: 1 },
      { rule: 'other', receiver: 'team', held: 1, pending: 0 },
      { rule: 'r', receiver: 'admin', delivered: 3 },
      { rule: 'r', receiver: 'team', raised: 3, held: 3, pending: 0 },
    ]);
    const [together, ...more] = toTeam(alerting, tickAt(30 * second));
    expect(more).toEqual([]);
    expect(together).toMatchObject({
      reason: 'joined',
      state: 'sent',
      severity: 'critical',
      summary: {
        cause: 'group',
        title: 'r',
        raises: 3,
        kinds: [['r', 3]],
        kindCount: 1,
        first: 0,
        last: 20 * second,
        keys: [
          ['b', 2],
          ['a', 1],
        ],
        keysAreExact: true,
      },
    });
    expect(together?.alerts).toHaveLength(3);
    expect(alerting.counters()).toMatchObject([
      {},
      {},
      {},
      { rule: 'r', receiver: 'team', held: 0, joined: 3 },
    ]);
  });

  test('that stays one goes out as what it is', () => {
    const alerting = createAlerting(rules);
    stepAndSend(alerting, raiseAt(0));
    const [alone] = toTeam(alerting, tickAt(30 * second));
    expect(alone).toMatchObject({ reason: 'first', state: 'sent' });
    expect(alone?.summary).toBeUndefined();
  });

  test('tells at most once in `every`, and begins anew after that', () => {
    const alerting = createAlerting(rules);
    stepAndSend(alerting, raiseAt(0));
    stepAndSend(alerting, tickAt(30 * second));
    stepAndSend(alerting, raiseAt(minute));
    expect(toTeam(alerting, tickAt(5 * minute))).toEqual([]);
    expect(toTeam(alerting, tickAt(5.5 * minute))).toMatchObject([{ state: 'sent' }]);
    stepAndSend(alerting, raiseAt(20 * minute));
    expect(toTeam(alerting, tickAt(20.5 * minute))).toMatchObject([{ state: 'sent' }]);
    expect(alerting.nextWake()).toBe(25.5 * minute);
    alerting.step(tickAt(26 * minute));
    expect(alerting.nextWake()).toBeUndefined();
  });

  test('survives a restart with all it counted, and is let go by rules without groups', () => {
    const alerting = createAlerting(rules);
    for (const key of ['a', 'b', 'b']) stepAndSend(alerting, raiseAt(0, { key: [key] }));
    for (const next of [rules, { ...rules, routes: [] }]) {
      const again = restored(next, alerting);
      expect(toTeam(again, tickAt(30 * second))).toMatchObject([
        {
          state: 'sent',
          summary: {
            raises: 3,
            keys: [
              ['b', 2],
              ['a', 1],
            ],
          },
        },
      ]);
    }
  });

  test('lists fifty alerts and counts all', () => {
    const alerting = createAlerting(rules);
    for (let n = 0; n < 500; n += 1) stepAndSend(alerting, raiseAt(0, { key: [String(n % 300)] }));
    const [together] = toTeam(alerting, tickAt(30 * second));
    expect(together?.alerts).toHaveLength(50);
    expect(together).toMatchObject({ total: 500, summary: { raises: 500, keysAreExact: false } });
    expect(JSON.stringify(together).length).toBeLessThan(3000);
  });
});
