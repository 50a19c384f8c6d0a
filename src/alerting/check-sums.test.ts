import { expect, test } from 'vitest';
import { channelOf, minute, raiseAt, rulesOf, tickAt } from '../../tests/property/alerting-samples.ts';
import { alertsOf, restored, stepAndSend } from '../../tests/property/alerting-play.ts';
import type { Row } from '../model/machine.ts';
import { instant } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingOutput } from './contract.ts';

const rules = rulesOf({ channels: [channelOf('phone')] });

/** A machine whose counters were tampered with. */
function tampered(change: object): Alerting {
  const alerting = createAlerting(rules);
  alerting.step(raiseAt(0));
  const rows = alerting.changes().map((row): Row => {
    if (row.scope !== 'counters') return row;
    return { ...row, value: { ...(row.value as object), ...change } };
  });
  const again = createAlerting(rules);
  again.restore(rows);
  return again;
}

const said = (outputs: readonly AlertingOutput[]): string[] =>
  alertsOf(outputs)
    .filter(({ rule, status }) => rule === 'sentinel/sums' && status === 'open')
    .map(({ last }) => last.line);

test('as long as sums hold nothing is said', () => {
  const alerting = tampered({});
  expect(said(stepAndSend(alerting, raiseAt(2 * minute)))).toEqual([]);
  expect(alerting.breaches()).toEqual([]);
});

test('a sum that does not hold is an alert, once, also after a restart', () => {
  const alerting = tampered({ delivered: 5 });
  const first = stepAndSend(alerting, raiseAt(1, { rule: 'r' }));
  expect(said(first)).toEqual([
    'the sum of rule r for admin does not hold: 2 raised, but 5 delivered, 0 joined, 0 muted, 0 held, 2 pending, 0 undelivered. Something was lost or counted twice: please report it',
  ]);
  expect(alerting.breaches()).toMatchObject([{ rule: 'r', receiver: 'admin', at: 1 }]);
  expect(said(stepAndSend(alerting, raiseAt(2)))).toEqual([]);
  const again = restored(rules, alerting);
  expect(said(stepAndSend(again, raiseAt(3)))).toEqual([]);
  expect(again.breaches()).toHaveLength(1);
});

test('what is counted as waiting must wait: all is counted anew once a minute', () => {
  const alerting = tampered({ raised: 3, pending: 3 });
  expect(said(alerting.step(tickAt(2 * minute)))).toEqual([
    'the sum of rule r for admin does not hold: 0 counted as held and 3 as pending, but 0 are held and 1 pending. Something was lost or counted twice: please report it',
  ]);
});

test('a number below nothing is a breach, though the sum is right', () => {
  const alerting = tampered({ raised: 1, delivered: -1, pending: 2 });
  expect(said(alerting.step(raiseAt(1)))).toHaveLength(1);
});

test('the sums of the engine are checked too', () => {
  const alerting = createAlerting(rules);
  const sums = (absorbed: number) =>
    alerting.step({
      type: 'rule-sums',
      now: instant(1),
      rules: [{ rule: 'r', matched: 5, raised: 2, absorbed: { late: 1, excepted: absorbed } }],
    });
  expect(said(sums(2))).toEqual([]);
  expect(said(sums(1))).toEqual([
    'the sum of rule r does not hold: 5 matched, but 2 raised and 2 absorbed. Something was lost or counted twice: please report it',
  ]);
});
