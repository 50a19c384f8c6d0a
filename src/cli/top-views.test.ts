import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHistogram } from '../daemon/metrics/histogram.ts';
import { createMeter } from '../daemon/metrics/meter.ts';
import type { Metrics } from '../daemon/metrics/contract.ts';
import { drawn } from './top-lines.ts';
import type { Snapshot } from './top-read.ts';
import { viewNames, viewOf } from './top-views.ts';
import { cellsOf } from './top-width.ts';
import { age } from './top-words.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('\u001b[2J', 'a\tb', '漢字\u202e', '\u009b31m', 'x\r\ny', '\u001b]0;t\u0007', '👩‍👩‍👧‍👦'),
);

const metricsAt = (at: number, name: string, lines: number): Metrics => ({
  version: 1,
  at,
  startedAt: 0,
  pid: 1,
  sources: [{ name, lines, bytes: 5, candidates: 1, implausible: 0, streams: { atEnd: 1 }, lagSeconds: 0 }],
  catchingUp: [],
  rules: [{ rule: name, matched: 3, raised: 1, absorbed: {}, timedOut: 1, skipped: 0, evicted: 0 }],
  alerts: { raised: createMeter().raised(), open: { info: 0, warning: 1, critical: 1 } },
  raises: { delivered: 1, joined: 0, muted: 0, undelivered: 1, held: 0, pending: 0 },
  channels: [
    {
      name,
      state: 'failing',
      waiting: 1,
      underWay: 0,
      budgets: [],
      outcomes: [],
      latency: createHistogram().spread(),
    },
  ],
  silences: 1,
  breaches: 1,
  intents: { done: 0, lost: 0, running: 0, waiting: 0 },
  ledger: {
    bytes: 1,
    alerts: 1,
    openAlerts: 1,
    messages: {},
    commits: 1,
    checkpoints: 0,
    writable: true,
  },
  process: { cpuSeconds: 1, rssBytes: 1 },
});

const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({ name: hostile, title: hostile, line: hostile, who: hostile, rule: hostile })
  .map(({ name, title, line, who, rule }) => ({
    metrics: metricsAt(2000, name, 10),
    open: {
      version: 1,
      total: 3,
      alerts: [
        {
          id: 'A1',
          rule,
          severity: 'critical',
          title,
          line,
          host: who,
          raises: 3,
          firstAt: 0,
          lastAt: 5,
          ack: who,
        },
        {
          id: 'A2',
          rule,
          severity: 'warning',
          title: '',
          line,
          raises: 1,
          firstAt: 0,
          lastAt: 5,
          silencedBy: who,
        },
      ],
    },
  }));

test('no line is wider than the screen, and none holds anything that a terminal obeys', () => {
  fc.assert(
    fc.property(snapshots, fc.integer({ min: 1, max: 200 }), fc.boolean(), (now, width, isColoured) => {
      for (const name of viewNames) {
        const { top, body } = viewOf(name, { now, before: now });
        for (const line of [...top, ...body]) {
          const text = drawn(line, width, isColoured);
          const plain = stripVTControlCharacters(text);
          expect(cellsOf(plain)).toBeLessThanOrEqual(width);
          expect(plain).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
          if (!isColoured) expect(text).toBe(plain);
        }
      }
    }),
  );
});

test('rates come of two looks at one process', () => {
  const open = { version: 1, total: 0, alerts: [] } as const;
  const text = (before: Metrics, now: Metrics): string =>
    viewOf('overview', { now: { metrics: now, open }, before: { metrics: before, open } })
      .body.map((line) => drawn(line, 120, false))
      .find((line) => line.startsWith('app ')) ?? '';
  expect(text(metricsAt(1000, 'app', 10), metricsAt(3000, 'app', 40))).toMatch(/^app +40 +15\.0 /);
  expect(text({ ...metricsAt(1000, 'app', 10), pid: 2 }, metricsAt(3000, 'app', 40))).toMatch(/^app +40 +- /);
  expect(text(metricsAt(1000, 'app', 50), metricsAt(3000, 'app', 40))).toMatch(/^app +40 +- /);
});

test.each([
  [0, '0s'],
  [99, '99s'],
  [100, '1m'],
  [5999, '99m'],
  [6000, '1h'],
  [360_000, '4d'],
])('%d seconds are %s', (seconds, text) => {
  expect(age(seconds)).toBe(text);
});
