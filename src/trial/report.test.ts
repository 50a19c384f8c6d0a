import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysOf, perDay } from './calendar.ts';
import { countCommonest } from './commonest.ts';
import { daysIn, dayName } from './days.ts';
import { escapeHtml } from './escape.ts';
import { watchLimits } from './limits.ts';
import { reportHtml } from './report-html.ts';
import { reportLines } from './report-text.ts';
import type { BacktestResult } from './result.ts';
import { gathered, sparkline } from './spark.ts';
import { createTally } from './tally.ts';
import { instant, millis } from '../model/time.ts';

const hostile = '<script>alert(1)</script> "\'& \u001b[31m\u202e\u0000 -->';

const result: BacktestResult = {
  version: 1,
  zone: 'UTC',
  from: '2026-03-01T00:00:00.000Z',
  to: '2026-03-03T10:00:00.000Z',
  read: { lines: 3000, bytes: 400_000, candidates: 30, shortened: 1, seconds: 0.5 },
  logs: [
    {
      log: `/var/log/${hostile}`,
      source: 'auth',
      files: ['a', 'b'],
      lines: 3000,
      bytes: 400_000,
      failures: [{ file: hostile, why: 'it is cut off' }],
    },
  ],
  rules: [
    {
      rule: 'sshd/brute-force',
      severity: 'critical',
      matched: 30,
      raised: 12,
      absorbed: { window: 18 },
      timedOut: 0,
      alerts: 4,
      actions: 0,
      days: [
        { day: '2026-03-01', alerts: 3, raised: 10 },
        { day: '2026-03-03', alerts: 1, raised: 2 },
      ],
      keys: [[hostile, 7]],
      keyCount: 3,
      keysAreExact: true,
      sample: hostile,
    },
    {
      rule: 'quiet',
      matched: 0,
      raised: 0,
      absorbed: {},
      timedOut: 0,
      alerts: 0,
      actions: 0,
      days: [],
      keys: [],
      keyCount: 0,
      keysAreExact: true,
    },
  ],
  channels: [
    {
      channel: 'phone',
      kind: 'x-dm',
      price: 0.015,
      messages: 4,
      parts: 5,
      cost: 0.075,
      reasons: { first: 4 },
      days: [{ day: '2026-03-01', messages: 4, parts: 5, cost: 0.075 }],
      limits: [{ limit: 15, window: 900_000, reserve: 3, days: [{ day: '2026-03-01', times: 2 }] }],
    },
  ],
  receivers: [
    {
      receiver: 'admin',
      raised: 12,
      delivered: 4,
      joined: 0,
      muted: { quiet: 8 },
      held: 0,
      pending: 0,
      undelivered: 0,
    },
  ],
  notes: [],
};

test('the page is whole by itself, and what it quotes is nothing but text', () => {
  const page = reportHtml(result);
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\son\w+=|(?:src|href)=/i);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect([...page.matchAll(/<svg/g)]).toHaveLength(2);
  expect(page).toContain('class="limit"');
  // eslint-disable-next-line no-control-regex
  expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test('escaped text has no character that means something in HTML, and says all there was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = escapeHtml(text);
      expect(escaped).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
    }),
  );
});

test('the words for a terminal tell alerts, keys, money and limits, and obey nothing of the log', () => {
  const lines = reportLines(result);
  const text = lines.join('\n');
  expect(text).toContain('sshd/brute-force');
  expect(text).toContain('█ ▃');
  expect(text).toContain('1 other rule brought no alert');
  expect(text).toContain('phone (x-dm): 4 messages in 5 parts, $0.075');
  expect(text).toContain(
    'LIMIT of 15 in 15m, 3 of them kept for critical ones reached on 1 day: 2026-03-01 (2 times)',
  );
  expect(text).toContain('of 12 raises 4 delivered, muted: 8 quiet');
  expect(text).toContain('not read:');
  expect(lines.every((line) => !line.includes('\u001b') && !line.includes('\n'))).toBe(true);
});

test('days are those of the zone', () => {
  const [from, to] = ['2026-03-02T04:00:00.000Z', '2026-03-02T05:00:00.000Z'];
  const west: BacktestResult = { ...result, zone: 'America/Los_Angeles', rules: [], channels: [], from, to };
  expect(daysOf(west)).toEqual(['2026-03-01']);
  expect(reportLines(west).join('\n')).toContain('UTC, 1 day;');
});

test('only rules of the configuration are counted as such', () => {
  const [rule] = result.rules;
  const rules = rule === undefined ? [] : [...result.rules, { ...rule, rule: 'sentinel/storm' }];
  expect(reportLines({ ...result, rules })[0]).toMatch(/ with 2 rules$/);
});

test('sparklines and sums keep what they show', () => {
  expect(sparkline([0, 1, 4, 8])).toBe(' ▁▄█');
  fc.assert(
    fc.property(
      fc.array(fc.nat(1000), { maxLength: 300 }),
      fc.integer({ min: 1, max: 60 }),
      (numbers, columns) => {
        const sums = gathered(numbers, columns);
        expect(sums.length).toBe(Math.min(columns, numbers.length));
        expect(sums.reduce((a, b) => a + b, 0)).toBe(numbers.reduce((a, b) => a + b, 0));
        expect(sparkline(numbers)).toHaveLength(numbers.length);
      },
    ),
  );
});

test('days without anything are days too', () => {
  const days = daysOf(result);
  expect(days).toEqual(['2026-03-01', '2026-03-02', '2026-03-03']);
  expect(perDay(days, result.rules[0]?.days ?? [], ({ alerts }) => alerts)).toEqual([3, 0, 1]);
});

test('a day is one of the zone, through changes of the clock', () => {
  const dayOf = daysIn('Europe/Paris');
  const nameAt = (text: string): string => dayName(dayOf(instant(Date.parse(text))));
  expect(nameAt('2026-01-01T22:59:59Z')).toBe('2026-01-01');
  expect(nameAt('2026-01-01T23:00:00Z')).toBe('2026-01-02');
  expect(nameAt('2026-07-01T21:59:59Z')).toBe('2026-07-01');
  expect(nameAt('2026-07-01T22:00:00Z')).toBe('2026-07-02');
});

test('the commonest are found among more than can be counted', () => {
  const counted = countCommonest();
  for (let index = 0; index < 60_000; index += 1) {
    counted.add(`once ${index}`);
    if (index % 100 === 0) counted.add('again');
  }
  const [[first, times] = ['', 0]] = counted.top(1);
  expect(first).toBe('again');
  expect(times).toBeGreaterThan(300);
  expect(times).toBeLessThanOrEqual(600);
  expect(counted.different().isExact).toBe(false);
});

test('texts that are cut off are not told apart, and that is said', () => {
  const counted = countCommonest();
  counted.add('short');
  expect(counted.different()).toEqual({ count: 1, isExact: true });
  for (const end of ['a', 'b']) counted.add(`${'x'.repeat(200)}${end}`);
  expect(counted.different()).toEqual({ count: 2, isExact: false });
});

test('keys of several values are one only where every value is', () => {
  const tally = createTally({ rules: [], hash: '' }, [], daysIn('UTC'));
  const now = instant(0);
  const occurrence = { count: 1, first: now, last: now, fields: {}, source: 's', stream: 's', offset: 0 };
  for (const key of [
    ['a b', 'c'],
    ['a', 'b c'],
    ['a', 'b'],
    ['a', 'b'],
  ])
    tally.effect({
      type: 'raise',
      rule: 'pair',
      key,
      severity: 'info',
      occurrence: { ...occurrence, line: 'x' },
      now,
      seq: 0,
      ordinal: 0,
    });
  expect(tally.rules([])).toMatchObject([
    {
      keyCount: 3,
      keysAreExact: true,
      keys: [
        ['a b', 2],
        ['"a b" c', 1],
        ['a "b c"', 1],
      ],
    },
  ]);
});

test('a limit is reached when its last message is spent, once until there is room again', () => {
  const minute = 60_000;
  const budgets = [{ window: millis(15 * minute), limit: 3, reserve: 1 }];
  const limits = watchLimits([
    { name: 'dm', concurrency: 1, budgets, resolved: false, budgetKey: 'bot' },
    { name: 'post', concurrency: 1, budgets: [], resolved: false, budgetKey: 'bot' },
  ]);
  const daysReached = () => limits.of('dm').flatMap((watch) => watch.days());
  limits.spent('dm', instant(0), 0);
  expect(daysReached()).toEqual([]);
  // Another channel of the same account spends from the same.
  limits.spent('post', instant(minute), 0);
  expect(daysReached()).toEqual([{ day: 0, times: 1 }]);
  limits.spent('dm', instant(2 * minute), 0);
  limits.spent('dm', instant(60 * minute), 1);
  limits.spent('dm', instant(61 * minute), 1);
  expect(daysReached()).toEqual([
    { day: 0, times: 1 },
    { day: 1, times: 1 },
  ]);
});
