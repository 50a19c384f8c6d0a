import { expect, test } from 'vitest';
import type { Digest } from '../model/alert.ts';
import { instant } from '../model/time.ts';
import { digestLines, digestTitle } from './digest.ts';

const at = (time: string) => instant(Date.parse(`2026-11-${time}Z`));

const digest: Digest = {
  since: at('19T07:00:00'),
  until: at('20T07:00:00'),
  raised: 1200,
  waited: 3,
  delivered: 80,
  joined: 1000,
  muted: { quiet: 100, silenced: 15 },
  held: 2,
  pending: 3,
  undelivered: 3,
  rules: [
    ['disk-full', 1000],
    ['net', 150],
  ],
  ruleCount: 4,
  open: 1,
};

test('the summary of a day tells the sum and who raised', () => {
  expect(digestTitle(digest, digest.until, 'UTC')).toBe(
    'DIGEST: 1,200 raised by 4 rules since 2026-11-19 07:00:00',
  );
  expect(digestLines(digest)).toEqual([
    '1,200 raised + 3 that waited before = 80 delivered + 1,000 joined + 115 muted (quiet 100, silenced 15) + 2 held + 3 pending + 3 undelivered',
    '1 alert is open',
    '1,000 × disk-full',
    '150 × net',
    '50 × 2 other rules',
  ]);
});

test('nothing is something to tell', () => {
  const none = { ...digest, raised: 0, waited: 0, rules: [], ruleCount: 0 };
  expect(digestTitle(none, none.until, 'Europe/Paris')).toBe(
    'DIGEST: nothing happened since 2026-11-19 08:00:00',
  );
});
