import { describe, expect, test } from 'vitest';
import {
  attemptsOf,
  budget,
  channelOf,
  failed,
  minute,
  notificationsOf,
  raiseAt,
  retry,
  rulesOf,
  settledAt,
  startedAt,
  tickAt,
  unknown,
} from '../../tests/property/alerting-samples.ts';
import type { Notification } from '../model/alert.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Row } from '../model/machine.ts';
import { instant } from '../model/time.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingOutput } from './contract.ts';

const single = (giveUpAfter = 24 * 60 * minute): Alerting =>
  createAlerting(rulesOf({ channels: [channelOf('phone')], giveUpAfter }));

const chain = (nextAfter = 2 * minute): Alerting =>
  createAlerting(
    rulesOf({
      channels: [channelOf('phone'), channelOf('mail'), channelOf('board')],
      receivers: { admin: ['phone', 'mail', 'board'] },
      nextAfter,
    }),
  );

const one = (outputs: readonly AlertingOutput[]): Notification => {
  const [attempt, ...more] = attemptsOf(outputs);
  if (attempt === undefined || more.length > 0) throw new Error(`${more.length} more attempts`);
  return attempt;
};

/** What the ledger holds after these changes. */
function rowsAfter(rows: readonly Row[], changes: readonly Row[]): Row[] {
  const kept = new Map([...rows, ...changes].map((row) => [`${row.scope} ${row.key}`, row]));
  return [...kept.values()].filter(({ value }) => value !== undefined);
}

const begin = (alerting: Alerting): Notification => one(alerting.step(raiseAt(0)));

/** Lets time pass until the next attempt; gives it with its time. */
function wait(alerting: Alerting): { at: number; outputs: AlertingOutput[]; attempt: Notification } {
  for (;;) {
    const at = alerting.nextWake();
    if (at === undefined) throw new Error('waits for nothing');
    const outputs = alerting.step(tickAt(at));
    const [attempt] = attemptsOf(outputs);
    if (attempt !== undefined) return { at, outputs, attempt };
  }
}

/** Answers each attempt like this until there is none; gives the times of attempts. */
function answerAll(
  alerting: Alerting,
  first: Notification,
  answer: Delivery,
): { times: number[]; last: Notification } {
  const times: number[] = [];
  let at = 0;
  let attempt: Notification | undefined = first;
  let last = first;
  while (attempt !== undefined && times.length < 2000) {
    times.push(at);
    const outputs = alerting.step(settledAt(at, attempt, answer));
    last = notificationsOf(outputs).find(({ id }) => id === first.id) ?? last;
    [attempt] = attemptsOf(outputs);
    while (attempt === undefined && alerting.nextWake() !== undefined) {
      at = alerting.nextWake() ?? at;
      const later = alerting.step(tickAt(at));
      last = notificationsOf(later).find(({ id }) => id === first.id) ?? last;
      [attempt] = attemptsOf(later);
    }
  }
  return { times, last };
}

describe('an attempt that was not made, as the program ends', () => {
  const stopping = { type: 'notTried', detail: 'the program is being stopped' } as const;
  const limited = (limit: number, concurrency = 1) =>
    rulesOf({ channels: [channelOf('phone', { budgets: budget(limit, 60 * minute), concurrency })] });

  test('is not tried again before the next start, and then at once, as the first', () => {
    const alerting = single();
    const outputs = alerting.step(settledAt(10, begin(alerting), stopping));
    expect(attemptsOf(outputs)).toEqual([]);
    expect(alerting.nextWake()).toBeUndefined();
    expect(alerting.channels(instant(10))).toMatchObject([{ state: 'working' }]);
    const again = alerting.step(startedAt(20));
    expect(again).toContainEqual(expect.objectContaining({ type: 'attempt', mayHaveArrived: false }));
    expect(one(again)).toMatchObject({ attempt: 1, state: 'sending' });
  });

  test('spends nothing, also not in the rows that the next start gets', () => {
    const alerting = createAlerting(limited(2));
    alerting.step(settledAt(1, begin(alerting)));
    const second = one(alerting.step(raiseAt(2, { key: ['b'] })));
    const rows = rowsAfter([], alerting.changes());
    alerting.step(settledAt(3, second, stopping));
    const next = createAlerting(limited(2));
    next.restore(rowsAfter(rows, alerting.changes()));
    const again = one(next.step(startedAt(4)));
    expect(again.id).toBe(second.id);
    next.step(settledAt(5, again));
    expect(attemptsOf(next.step(raiseAt(6, { key: ['c'] })))).toEqual([]);
  });

  test('gives its place in the budget to the next one that is made', () => {
    const alerting = createAlerting(limited(9, 2));
    const first = begin(alerting);
    const rows = rowsAfter([], alerting.changes());
    alerting.step(settledAt(1, first, stopping));
    alerting.step(raiseAt(500, { key: ['b'] }));
    const attempts = rowsAfter(rows, alerting.changes()).filter(({ scope }) => scope === 'attempt');
    expect(attempts.map(({ value }) => value)).toEqual([500]);
  });
});

describe('what a channel says is done of a part', () => {
  const partly: Delivery = { type: 'retry', reason: 'recipient', detail: 'not for bob', progress: 'alice' };
  const progressOf = (outputs: readonly AlertingOutput[]) =>
    outputs.flatMap((output) => (output.type === 'attempt' ? [output.progress] : []));

  test('is handed to each later attempt at it, also after a start, and not to the next part', () => {
    const old = single();
    old.step(settledAt(10, begin(old), partly, 2));
    const alerting = single();
    alerting.restore(old.changes());
    alerting.step(startedAt(20));
    const second = wait(alerting);
    expect(progressOf(second.outputs)).toEqual(['alice']);
    alerting.step(settledAt(second.at, second.attempt, unknown, 2));
    const third = wait(alerting);
    expect(progressOf(third.outputs)).toEqual(['alice']);
    expect(progressOf(alerting.step(settledAt(third.at, third.attempt, undefined, 2)))).toEqual([undefined]);
  });

  test('is not kept when it is too long', () => {
    const alerting = single();
    alerting.step(settledAt(10, begin(alerting), { ...partly, progress: 'x'.repeat(2001) }));
    expect(progressOf(wait(alerting).outputs)).toEqual([undefined]);
  });

  test('keeps it from being joined with others', () => {
    const alerting = createAlerting(
      rulesOf({ channels: [channelOf('phone', { budgets: budget(2, 60 * minute), concurrency: 9 })] }),
    );
    const first = begin(alerting);
    alerting.step(settledAt(0, first, partly));
    for (const key of ['b', 'c', 'd']) alerting.step(raiseAt(1, { key: [key] }));
    const outputs = alerting.step(tickAt(61 * minute));
    expect(notificationsOf(outputs).find(({ id }) => id === first.id)?.state).toBe('sending');
  });
});

describe('retry', () => {
  test.each([['unavailable'], ['recipient']] as const)(
    'waits a second, then twice as long (%s)',
    (reason) => {
      const alerting = single(60 * minute);
      const { times, last } = answerAll(alerting, begin(alerting), retry(reason));
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      for (const [index, gap] of gaps.entries()) {
        // One message alone may wait twice as long as its channel from the third attempt on.
        const full = Math.min(300_000, 1000 * 2 ** index);
        expect(gap).toBeGreaterThanOrEqual(full * 0.75);
        expect(gap).toBeLessThanOrEqual(Math.min(300_000, full * 2));
      }
      expect(last).toMatchObject({ state: 'dead' });
      expect(last.why).toContain('no success for 1h');
      expect(alerting.counters()).toMatchObject([{ raised: 1, undelivered: 1, pending: 0 }]);
    },
  );

  test('waits as long as the service wants when that is longer', () => {
    const alerting = single();
    alerting.step(settledAt(10, begin(alerting), retry('recipient', 90_000)));
    expect(wait(alerting)).toMatchObject({ at: 90_010, attempt: { attempt: 2 } });
  });

  test('of one message does not hold up another', () => {
    const alerting = single();
    const first = begin(alerting);
    alerting.step(raiseAt(1, { key: ['b'] }));
    const other = one(alerting.step(settledAt(2, first, retry('recipient'))));
    expect(other.id).not.toBe(first.id);
  });

  test('is not put off for more than a day, nor are long answers kept', () => {
    const alerting = single();
    const answer = { ...retry('recipient', 1e12), detail: 'x'.repeat(1e6) };
    const outputs = alerting.step(settledAt(0, begin(alerting), answer));
    expect(JSON.stringify(outputs).length).toBeLessThan(3000);
    expect(alerting.nextWake()).toBeLessThanOrEqual(24 * 60 * minute);
  });

  test('is the same every time', () => {
    const times = () => {
      const alerting = single(10 * minute);
      return answerAll(alerting, one(alerting.step(raiseAt(0, { seq: 1 }))), retry()).times;
    };
    expect(times()).toEqual(times());
  });
});

describe('a channel that is down', () => {
  test('is tried by one message at a time, the oldest first, and all go when it is back', () => {
    const alerting = createAlerting(rulesOf({ channels: [channelOf('phone', { concurrency: 3 })] }));
    const attempts = [0, 1, 2].flatMap((index) =>
      attemptsOf(alerting.step(raiseAt(0, { key: [String(index)] }))),
    );
    for (const attempt of attempts) alerting.step(settledAt(1, attempt, retry()));
    alerting.step(raiseAt(2, { key: ['new'] }));
    const probe = wait(alerting);
    expect(probe.attempt.id).toBe(attempts[0]?.id);
    expect(attemptsOf(alerting.step(raiseAt(probe.at, { key: ['newer'] })))).toEqual([]);
    const opened = alerting.step(settledAt(probe.at, probe.attempt));
    expect(attemptsOf(opened)).toHaveLength(3);
  });

  test('one message that makes a service fail does not hold up all', () => {
    const alerting = single();
    let poison = begin(alerting);
    alerting.step(raiseAt(0, { key: ['innocent'] }));
    let at = 0;
    let tries = 0;
    for (;;) {
      alerting.step(settledAt(at, poison, unknown));
      tries += 1;
      const next = wait(alerting);
      at = next.at;
      if (next.attempt.id !== poison.id) break;
      poison = next.attempt;
    }
    expect(tries).toBeLessThanOrEqual(3);
    expect(at).toBeLessThan(10_000);
  });

  test('under a rate limit nothing is tried until it ends', () => {
    const alerting = single();
    alerting.step(settledAt(0, begin(alerting), retry('rateLimited', 600_000)));
    expect(attemptsOf(alerting.step(raiseAt(1, { key: ['b'], severity: 'critical' })))).toEqual([]);
    expect(wait(alerting)).toMatchObject({ at: 600_000, attempt: { severity: 'critical' } });
  });

  test.each([[retry('auth')], [{ type: 'failed', reason: 'outOfCredit', detail: '' } as const]])(
    'that only a human can repair is probed every five minutes',
    (answer) => {
      const alerting = single();
      alerting.step(settledAt(0, begin(alerting), answer));
      const probe = wait(alerting);
      expect(probe.at).toBe(300_000);
      alerting.step(settledAt(probe.at, probe.attempt, answer));
      expect(wait(alerting).at).toBe(600_000);
    },
  );
});

describe('a chain', () => {
  test('goes on at once where a channel refuses, and ends undelivered', () => {
    const alerting = chain();
    const phone = begin(alerting);
    const passed = alerting.step(settledAt(1, phone, failed));
    const mail = one(passed);
    expect(mail).toMatchObject({ channel: 'mail', hop: 1, reason: 'first', alerts: phone.alerts });
    expect(notificationsOf(passed)).toContainEqual(
      expect.objectContaining({ id: phone.id, state: 'passed', by: mail.id }),
    );
    const board = one(alerting.step(settledAt(2, mail, failed)));
    const end = alerting.step(settledAt(3, board, failed));
    expect(notificationsOf(end)).toMatchObject([
      { id: board.id, state: 'dead', why: 'rejected: said the test' },
    ]);
    expect(alerting.counters()).toMatchObject([{ raised: 1, undelivered: 1 }]);
    expect(alerting.nextWake()).toBeUndefined();
  });

  test('goes on when there was no success for long, and does not come back', () => {
    const alerting = chain();
    let attempt = begin(alerting);
    let at = 0;
    while (attempt.channel === 'phone') {
      alerting.step(settledAt(at, attempt, retry()));
      ({ at, attempt } = wait(alerting));
    }
    expect(at).toBe(2 * minute);
    expect(attempt).toMatchObject({ channel: 'mail', attempt: 1 });
    alerting.step(settledAt(at, attempt));
    expect(alerting.counters()).toMatchObject([{ delivered: 1 }]);
    expect(alerting.nextWake()).toBeUndefined();
  });

  test('does not go on while an attempt is under way, but right after it failed', () => {
    const alerting = chain();
    const attempt = begin(alerting);
    expect(attemptsOf(alerting.step(tickAt(10 * minute)))).toEqual([]);
    expect(one(alerting.step(settledAt(10 * minute, attempt, retry())))).toMatchObject({ channel: 'mail' });
  });

  test('an unknown outcome is repeated where it was, three times, before the next is tried too', () => {
    const alerting = chain(1000);
    let attempt = begin(alerting);
    let at = 0;
    const seen: [string, number][] = [];
    while (attempt.channel === 'phone') {
      seen.push([attempt.channel, attempt.attempt]);
      const outputs = alerting.step(settledAt(at, attempt, unknown));
      const next = attemptsOf(outputs)[0];
      if (next === undefined) ({ at, attempt } = wait(alerting));
      else attempt = next;
    }
    expect(seen.map(([, number]) => number)).toEqual([1, 2, 3]);
    expect(attempt.channel).toBe('mail');
  });

  test.each([
    ['over its limit for an hour', retry('rateLimited', 60 * minute), 2 * minute],
    ['not authorised any more', retry('auth', 60 * minute), 0],
    ['busy for an hour', retry('unavailable', 60 * minute), 2 * minute],
  ])(
    'what may have arrived does not wait for a channel that, asked again, is %s',
    (_how, answer, atLatest) => {
      const alerting = chain();
      alerting.step(settledAt(0, begin(alerting), unknown));
      const again = wait(alerting);
      expect(again.attempt).toMatchObject({ channel: 'phone', attempt: 2 });
      const outputs = alerting.step(settledAt(again.at, again.attempt, answer));
      const [next] = attemptsOf(outputs);
      const mail = next === undefined ? wait(alerting) : { at: again.at, attempt: next };
      expect(mail.attempt).toMatchObject({ channel: 'mail', attempt: 1 });
      expect(mail.at).toBeLessThanOrEqual(Math.max(again.at, atLatest));
    },
  );

  test('skips a channel that only a human can repair', () => {
    const alerting = chain();
    const mail = one(alerting.step(settledAt(0, begin(alerting), retry('auth'))));
    expect(mail.channel).toBe('mail');
    alerting.step(settledAt(1, mail));
    expect(one(alerting.step(raiseAt(2, { key: ['b'] }))).channel).toBe('mail');
    expect(
      attemptsOf(alerting.step(raiseAt(6 * minute, { key: ['c'] }))).map(({ channel }) => channel),
    ).toContain('phone');
  });

  test('a channel that is down makes those wait no longer that it never tried', () => {
    const alerting = chain();
    alerting.step(settledAt(0, begin(alerting), retry('unavailable', 60 * minute)));
    alerting.step(raiseAt(1000, { key: ['b'] }));
    const first = wait(alerting);
    expect(first).toMatchObject({ at: 2 * minute, attempt: { channel: 'mail' } });
    alerting.step(settledAt(first.at, first.attempt));
    expect(wait(alerting)).toMatchObject({ at: 2 * minute + 1000, attempt: { channel: 'mail' } });
  });
});

describe('unknown', () => {
  const mayHaveArrived = (outputs: readonly AlertingOutput[]): boolean[] =>
    outputs.flatMap((output) => (output.type === 'attempt' ? [output.mayHaveArrived] : []));

  test('is repeated, and the channel is told that it may have arrived', () => {
    const alerting = single();
    const outputs = alerting.step(settledAt(0, begin(alerting), unknown));
    expect(notificationsOf(outputs)).toMatchObject([{ state: 'unknown' }]);
    const again = wait(alerting);
    expect(mayHaveArrived(again.outputs)).toEqual([true]);
    // Being told later that nothing was done does not undo the doubt about the first attempt.
    alerting.step(settledAt(again.at, again.attempt, retry()));
    expect(mayHaveArrived(wait(alerting).outputs)).toEqual([true]);
  });

  test('is every attempt under way after a start; it is repeated at once', () => {
    const before = single();
    const attempt = begin(before);
    const alerting = single();
    alerting.restore(before.changes());
    const outputs = alerting.step(startedAt(5000));
    expect(one(outputs)).toMatchObject({ id: attempt.id, attempt: 2 });
    expect(mayHaveArrived(outputs)).toEqual([true]);
    alerting.step(settledAt(5001, attempt));
    expect(alerting.counters()).toMatchObject([{ delivered: 1 }]);
  });
});

test('an attempt that is repeated for days does not fill the ledger with decisions', () => {
  const alerting = single(3 * 24 * 60 * minute);
  let decisions = 0;
  let attempt = begin(alerting);
  let at = 0;
  while (attempt.attempt < 200) {
    const outputs = alerting.step(settledAt(at, attempt, retry()));
    const next = wait(alerting);
    ({ at, attempt } = next);
    decisions += [...outputs, ...next.outputs].filter(({ type }) => type === 'decision').length;
  }
  expect(decisions).toBeLessThan(60);
});

describe('answers that come too late', () => {
  test('to an attempt long settled are ignored', () => {
    const alerting = single();
    const attempt = begin(alerting);
    alerting.step(settledAt(1, attempt));
    expect(alerting.step(settledAt(2, attempt, failed))).toEqual([]);
    expect(alerting.counters()).toMatchObject([{ raised: 1, delivered: 1 }]);
  });

  test('about one part say nothing of the next', () => {
    const alerting = single();
    const first = begin(alerting);
    const second = one(alerting.step(settledAt(1, first, { type: 'sent' }, 2)));
    expect(second.part).toBe(1);
    expect(alerting.step(settledAt(2, first, { type: 'sent' }, 2))).toEqual([]);
    expect(alerting.step(settledAt(2, first, failed, 2))).toEqual([]);
    expect(alerting.counters()).toMatchObject([{ pending: 1 }]);
  });

  test('but "sent" is believed while the notification still waits', () => {
    const alerting = single();
    const attempt = begin(alerting);
    alerting.step(settledAt(1, attempt, unknown));
    expect(notificationsOf(alerting.step(settledAt(2, attempt)))).toMatchObject([{ state: 'sent' }]);
    expect(alerting.nextWake()).toBeUndefined();
  });
});
