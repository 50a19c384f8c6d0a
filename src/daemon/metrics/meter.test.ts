import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AlertingOutput } from '../../alerting/contract.ts';
import type { Notification } from '../../model/alert.ts';
import { instant } from '../../model/time.ts';
import { createHistogram, quantile } from './histogram.ts';
import { createMeter } from './meter.ts';

const message = (changes: Partial<Notification>): AlertingOutput => ({
  type: 'notification',
  notification: {
    id: 'N1',
    alerts: ['A1'],
    severity: 'warning',
    receiver: 'me',
    channel: 'phone',
    hop: 0,
    reason: 'first',
    state: 'pending',
    createdAt: instant(1000),
    dueAt: instant(1000),
    attempt: 0,
    part: 0,
    ...changes,
  },
});
const settled = (notification: string, part = 0, parts = 1) => ({
  notification,
  part,
  parts,
  delivery: { type: 'sent' } as const,
});

/** Seconds from the receipt to the acceptance, summed up by channel. */
const sums = (meter: ReturnType<typeof createMeter>) => {
  // A channel is told of once it answered.
  for (const channel of ['phone', 'mail']) meter.answered(channel, { type: 'sent' });
  return Object.fromEntries(
    [...meter.channels()].map(([channel, { latency }]) => [channel, [latency.count, latency.sum]]),
  );
};

test('latency goes from the receipt of the line to the last part', () => {
  const meter = createMeter();
  meter.reading(instant(400));
  meter.decided([message({})]);
  meter.reading(undefined);
  meter.decided([message({ state: 'sending', attempt: 1 })]);
  meter.settled(settled('N1', 0, 2), instant(2000));
  meter.settled(settled('N1', 1, 2), instant(2400));
  meter.settled(settled('N1', 1, 2), instant(9000));
  expect(sums(meter)).toEqual({ phone: [1, 2], mail: [0, 0] });
});

test.each([
  [
    'then',
    [
      message({ state: 'passed', by: 'N2' }),
      message({ id: 'N2', channel: 'mail', createdAt: instant(5000) }),
    ],
  ],
  [
    'before',
    [
      message({ id: 'N2', channel: 'mail', createdAt: instant(5000) }),
      message({ state: 'passed', by: 'N2' }),
    ],
  ],
])('the next channel of a chain goes on with the time of the first, told %s', (_when, outputs) => {
  const meter = createMeter();
  meter.decided([message({})]);
  meter.decided(outputs);
  meter.settled(settled('N1'), instant(6000));
  meter.settled(settled('N2'), instant(7000));
  expect(sums(meter)).toEqual({ phone: [0, 0], mail: [1, 6] });
});

test('messages that never end are forgotten, the oldest first', () => {
  const meter = createMeter();
  for (let n = 0; n <= 20_000; n++) meter.decided([message({ id: `M${n}` })]);
  meter.settled(settled('M0'), instant(2000));
  meter.settled(settled('M1'), instant(2000));
  expect(sums(meter)).toEqual({ phone: [1, 1], mail: [0, 0] });
});

test('a quantile is a bound that at least so many did not exceed', () => {
  const lengths = fc.array(fc.double({ min: -1, max: 5000, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(lengths, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
      const histogram = createHistogram();
      for (const length of all) histogram.observe(length);
      const bound = quantile(histogram.spread(), share) ?? Number.NaN;
      expect(all.filter((length) => length <= bound).length).toBeGreaterThanOrEqual(share * all.length);
      const { count, buckets } = histogram.spread();
      expect(count).toBe(all.length);
      for (const [le, below] of buckets) expect(below).toBe(all.filter((length) => length <= le).length);
    }),
  );
  expect(quantile(createHistogram().spread(), 0.5)).toBeUndefined();
});
