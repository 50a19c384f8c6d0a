import { describe, expect, test } from 'vitest';
import { read, single } from '../../../tests/oracle/sec-parse/sample.ts';

const pattern = (fields: Readonly<Record<string, string>>) => {
  const [rule] = read(single(fields)).rules;
  return rule?.type === 'Single' ? rule.pattern : undefined;
};

test.each([
  [
    { ptype: 'substr2', pattern: '\\ta\\nb\\s\\0\\\\t\\x' },
    { lines: 2, negated: false, text: '\ta\nb \\t\\x' },
  ],
  [
    { ptype: 'NSubStr', pattern: '$1' },
    { lines: 1, negated: true, text: '$1' },
  ],
  [
    { ptype: 'NRegExp03', pattern: '^x' },
    { type: 'regexp', lines: 3, negated: true, source: '^x', file: 'a.sec', line: 1 },
  ],
  [
    { ptype: 'ncached', pattern: 'E_1' },
    { type: 'cached', negated: true, entry: 'E_1' },
  ],
  [
    { ptype: 'TValue', pattern: 'False' },
    { type: 'tvalue', value: false },
  ],
  [
    { varmap: 'one = 01 ; ALL; zero=0;' },
    {
      varmap: {
        names: [
          { name: 'one', group: 1 },
          { name: 'zero', group: 0 },
        ],
        entries: ['ALL'],
      },
    },
  ],
])('%j', (fields, expected) => {
  expect(pattern(fields)).toMatchObject(expected);
});

test.each([
  [{ ptype: 'RegExp0' }, '2:7'],
  [{ ptype: 'Cached2', pattern: 'E' }, '2:7'],
  [{ ptype: 'TValue', pattern: '1' }, '3:9'],
  [{ ptype: 'Cached', pattern: '$1' }, '3:9'],
  [{ varmap: 'a=1; 2=b' }, '6:13'],
])('%j is a mistake', (fields, place) => {
  const { rules, told } = read(single(fields));
  expect(rules).toEqual([]);
  expect(told.map((line) => line.replace(/^error sec\.[a-z-]+ /, ''))).toEqual([place]);
});

test('a broken expression is told at its column, in joined lines too', () => {
  expect(read(single({ pattern: 'ab(c' })).told).toEqual(['error pattern.syntax 3:11']);
  expect(read(single({ pattern: 'ab\\\n  (c' })).told).toEqual(['error pattern.syntax 4:3']);
});

test('what only Perl can run becomes Perl code, what Perl refuses too does not', () => {
  expect(pattern({ pattern: '(?:(a)|b)*c', ptype: 'NRegExp2' })).toMatchObject({
    type: 'perl',
    negated: true,
    lines: 2,
  });
  expect(pattern({ pattern: 'a**' })).toBeUndefined();
});

describe('the second pattern of a Pair', () => {
  const pair = (fields: Readonly<Record<string, string>>) =>
    read(single({ type: 'Pair', ptype2: 'RegExp', pattern2: 'b', desc2: 'e', action2: 'none', ...fields }))
      .told;

  test('with variables of the first match is only looked at as far as can be', () => {
    expect(pair({ pattern2: 'b$1(c)' })).toEqual([]);
    expect(pair({ pattern2: 'b$1(c' })).toEqual(['warning pattern.syntax 7:13']);
  });

  test('is an expression as it stands when the first sets none', () => {
    expect(pair({ ptype: 'SubStr', pattern2: 'b$1(c' })).toEqual(['error pattern.syntax 7:13']);
  });
});
