import { describe, expect, test } from 'vitest';
import type { Summary } from '../model/alert.ts';
import { instant } from '../model/time.ts';
import { grouped, keyLine, summaryLines, summaryTitle } from './summary.ts';

const summary: Summary = {
  cause: 'storm',
  raises: 4812,
  kinds: [
    ['disk-full', 4000],
    ['net', 700],
  ],
  kindCount: 5,
  first: instant(0),
  last: instant(1000),
  keys: [
    ['203.0.113.7', 1312],
    ['web1', 1],
  ],
  keysAreExact: true,
};

test('numbers are grouped by thousands', () => {
  expect([0, 999, 1000, 1234567].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
});

describe('a message of many', () => {
  test('says how many of how many kinds', () => {
    expect(summaryTitle(summary)).toBe('4,812 more of 5 kinds');
    expect(summaryTitle({ ...summary, cause: 'storm-over', raises: 1, kindCount: 1 })).toBe(
      'the storm is over: 1 more of 1 kind',
    );
    const storm = { since: instant(0), joined: 9000 };
    expect(summaryTitle({ ...summary, cause: 'storm-over', storm })).toBe(
      'the storm is over: 4,812 more of 5 kinds, 9,000 joined in all',
    );
    expect(summaryTitle({ ...summary, cause: 'storm-over', storm, raises: 0, kindCount: 0 })).toBe(
      'the storm is over: 9,000 joined in all',
    );
    expect(summaryTitle({ ...summary, cause: 'quiet-hours', title: 'nights' })).toBe(
      '4,812 of 5 kinds while "nights" lasted',
    );
    expect(summaryTitle({ ...summary, cause: 'group', title: 'net web1' })).toBe('4,812 together: net web1');
  });

  test('lists rules whose numbers add up to all, and keys that came more than once', () => {
    expect(summaryLines(summary)).toEqual([
      '4,000 × disk-full',
      '700 × net',
      '112 × 3 other rules',
      'most: 203.0.113.7 (1,312)',
    ]);
  });

  test('says where a key was counted too low', () => {
    expect(keyLine({ ...summary, keysAreExact: false })).toEqual(['most: 203.0.113.7 (at least 1,312)']);
    expect(keyLine({ ...summary, keys: [['a\nb', 2]] })).toEqual(['most: a b (2)']);
  });
});
