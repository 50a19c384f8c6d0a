import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contextOf, read, single } from '../../../tests/oracle/sec-parse/sample.ts';

const name = (text: string) => ({ type: 'context', name: text });

test.each([
  ['A', false, name('A')],
  ['[ A ]', true, name('A')],
  ['[A', false, name('[A')],
  ['[A] && [B]', true, { type: 'and', of: [name('A]'), name('[B')] }],
  [
    '!A&&B || C',
    false,
    { type: 'or', of: [{ type: 'and', of: [{ type: 'not', of: name('A') }, name('B')] }, name('C')] },
  ],
  ['!!(A)', false, { type: 'not', of: { type: 'not', of: name('A') } }],
  ['A!B', false, name('A!B')],
  ['\\(A\\)', false, name('(A)')],
  ['varset X', false, { type: 'varset', entry: 'X' }],
  ['varset', false, name('varset')],
  ['A->', false, name('A->')],
  ['= 1 && A', false, { type: 'and', of: [{ type: 'eval', code: '1' }, name('A')] }],
  ['=( a && b )', false, { type: 'eval', code: 'a && b' }],
  ['$1 b -> ( sub { 1 || 2 } )', false, { type: 'call', args: ['$1', 'b'], code: 'sub { 1 || 2 }' }],
  ['(a b) :> (sub { "\\)" })', false, { type: 'callCached', args: ['a', 'b'], code: 'sub { ")" }' }],
])('%s', (text, bracketed, expression) => {
  expect(contextOf(text)).toEqual({ bracketed, expression });
});

test.each(['A B', '()', 'A &&', '(A) B', 'A(B)', '(A', '=( 1 ) x', '[]', 'varset X Y', '$1 < 5 && A'])(
  '%s is a mistake',
  (text) => {
    const { rules, diagnostics } = read(single({ context: text }));
    expect(rules).toEqual([]);
    expect(diagnostics[0]).toMatchObject({ severity: 'error', line: 6 });
  },
);

describe('an || before an &&', () => {
  const told = (text: string) => read(single({ context: text })).diagnostics.map(({ code }) => code);

  test.each(['A || B && C', 'A && B || C && D', 'A || !B && C', '(A || B && C) && D'])(
    '%s is told',
    (text) => {
      expect(told(text)).toEqual(['sec.precedence']);
    },
  );

  test.each([
    'A && B || C',
    'A || B || C',
    'A && B && C',
    'A || (B && C)',
    '!A || B',
    '(A && B) || (C && D)',
  ])('%s means the same to SEC', (text) => {
    expect(told(text)).toEqual([]);
  });

  test('is postfix when asked for, an expression without operators is not', () => {
    expect(contextOf('A || !B && C', { precedence: 'sec' })).toEqual({
      bracketed: false,
      expression: { type: 'postfix', items: [name('A'), name('B'), 'not', name('C'), 'and', 'or'] },
    });
    expect(contextOf('(A)', { precedence: 'sec' })).toEqual({ bracketed: false, expression: name('A') });
    expect(contextOf('(A || B) && C', { precedence: 'sec' })).toEqual({
      bracketed: false,
      expression: {
        type: 'postfix',
        items: [{ type: 'postfix', items: [name('A'), name('B'), 'or'] }, name('C'), 'and'],
      },
    });
  });

  test('parentheses around every && settle it', () => {
    const joined = (sign: string) =>
      fc.array(fc.constantFrom('A', '!B', 'C'), { minLength: 1, maxLength: 3 }).map((all) => all.join(sign));
    const clear = fc
      .array(joined(' && '), { minLength: 1, maxLength: 3 })
      .map((all) => all.map((one) => `(${one})`).join(' || '));
    fc.assert(
      fc.property(clear, (text) => {
        expect(told(text)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
