import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate, render, renderInRounds, type Rounds, type Values } from './template.ts';

const values: Values = {
  match: (sign, name) =>
    ({
      dollar: { '1': 'one', '12': 'twelve', user: 'bob', ':LOG:who': 'eve' },
      percent: { '1': 'first', id: '7' },
    })[sign][name as '1'],
  action: (name) => ({ s: 'desc', v: 'val$1%v', '.sp': ' ' })[name as 's'] ?? '',
};
const fill = (text: string, rounds: Partial<Rounds>): string => {
  const all = { percent: false, dollar: false, action: false, ...rounds };
  const template = parseTemplate(text, all);
  return template.dynamic ? renderInRounds(text, all, values) : render(template, values);
};

describe('the texts of rules', () => {
  it('know the forms of match variables and leave all else', () => {
    const text = '$1|${1}2|$12|$+{user}|$+{1}|$:{LOG:who}|$$1|$01|$x|${x}|$+{no}|$';
    expect(fill(text, { dollar: true })).toBe('one|one2|twelve|bob|one|eve|$1||$x|${x}||$');
    expect(fill(text, {})).toBe(text);
  });

  it('know the forms of action list variables and leave all else', () => {
    expect(fill('%s|%{s}x|%sx|%.sp|%%s|100% of|%5|%{|%-', { action: true })).toBe(
      'desc|descx|| |%s|100% of|%5|%{|%-',
    );
  });

  it('do not look again at what was filled in', () => {
    expect(fill('$1 %v', { dollar: true, action: true })).toBe('one val$1%v');
  });

  it('go through both rounds of % in the second half of a pair', () => {
    const rounds = { percent: true, dollar: true, action: true };
    expect(fill('%1 $1 %s %%s %%%s 100%% %+{id}', rounds)).toBe('first one desc desc %s 100% 7');
  });

  it('read names out of the filled-in text where a value stands in one', () => {
    const user: Values = { match: () => 'v', action: (name) => `<${name}>` };
    const rounds = { percent: false, dollar: true, action: true };
    for (const text of ['%{$1}', '%$1', '%x$1', '%s$1.', '%.$1'])
      expect(parseTemplate(text, rounds).dynamic).toBe(true);
    expect(renderInRounds('%{$1} %$1 %x$1', rounds, user)).toBe('<v> <v> <xv>');
    expect(renderInRounds('$1', rounds, { match: () => '%s', action: () => 'never' })).toBe('%s');
  });

  it('are the same parsed once and run in rounds, whatever they and the values are', () => {
    const piece = fc.constantFrom(
      '$',
      '%',
      '{',
      '}',
      '+',
      ':',
      '1',
      's',
      '.',
      'user',
      ' ',
      '$1',
      '%s',
      '%1',
      '%v',
      '$$',
      '%%',
    );
    const value = fc.string({ unit: fc.constantFrom('$', '%', 's', '1', '{', '}', ' '), maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        value,
        fc.record({ percent: fc.boolean(), dollar: fc.boolean(), action: fc.boolean() }),
        (pieces, found, rounds) => {
          const text = pieces.join('');
          const template = parseTemplate(text, rounds);
          if (template.dynamic) return;
          const own: Values = { match: () => found, action: (name) => `<${name}>` };
          expect(render(template, own)).toBe(renderInRounds(text, rounds, own));
        },
      ),
      { numRuns: 3000 },
    );
  });
});
