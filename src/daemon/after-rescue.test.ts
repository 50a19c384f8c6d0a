import { expect, test } from 'vitest';
import { channelOf, raiseAt, rulesOf } from '../../tests/property/alerting-samples.ts';
import { createAlerting } from '../alerting/alerting.ts';
import type { Row } from '../model/machine.ts';
import { instant } from '../model/time.ts';
import { createMemoryLedger } from '../store/memory.ts';
import { giveUpStrays } from './after-rescue.ts';
import { openDraft } from './round.ts';

/** A ledger of two open alerts, each with its message, and of alerting's rows those that are `kept`. */
function rescued(kept: (row: Row) => boolean): ReturnType<typeof createMemoryLedger> {
  const ledger = createMemoryLedger();
  const alerting = createAlerting(rulesOf({ channels: [channelOf('phone')] }));
  const draft = openDraft();
  for (const rule of ['a', 'b']) draft.decided(alerting.step(raiseAt(5, { rule, clears: true, seq: 1 })));
  ledger.commit(draft.close(instant(5), 6, alerting.changes().filter(kept)));
  return ledger;
}

test('what alerting knows goes on', () => {
  const ledger = rescued(() => true);
  expect(giveUpStrays(ledger, instant(9))).toEqual({ strays: 0 });
  expect(ledger.openAlerts()).toHaveLength(2);
});

test('a message and an alert of which alerting knows nothing are over, and say why', () => {
  const ledger = rescued(({ scope }) => scope !== 'alert' && scope !== 'notification');
  const alerts = ledger.openAlerts();
  expect(giveUpStrays(ledger, instant(9))).toEqual({ strays: 4 });
  expect([ledger.openAlerts(), ledger.countUnsettled()]).toEqual([[], 0]);
  for (const { id } of alerts) {
    expect(ledger.findAlerts(id)).toMatchObject([{ id, status: 'resolved', resolvedAt: 9 }]);
    expect(ledger.decisionsOf(id).slice(-2)).toMatchObject([{ step: 'resolved', at: 9 }, { step: 'dead' }]);
  }
});

test('one alert may be known and another not', () => {
  const all = rescued(() => true).openAlerts();
  const ledger = rescued(({ scope, key }) => scope !== 'alert' || key === all[0]?.id);
  expect(giveUpStrays(ledger, instant(9))).toEqual({ strays: 1 });
  expect(ledger.openAlerts()).toEqual(all.slice(0, 1));
});
